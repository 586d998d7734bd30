import Execution
import Kernels
import Operators
import Tensors

/// Gradients of attention modules in sweeps: one for each gate and a last one for the input. Nothing of the input's size is
/// written but the result; what gates themselves have for gradients is computed part by part.
struct FusedGradients: Kernel {
  let name = "tiled/fused-gradient"
  /// Kernels for the sweeps and for the parts of gates.
  private let catalogue: Catalogue

  /// - Parameter catalogue: kernels for the parts of gates.
  init(_ catalogue: Catalogue) {
    self.init(
      all: Catalogue(
        catalogue.kernels + [PixelSweeping(), PlaneSweeping(), InputSweeping(), PixelSharing()],
        times: catalogue.times))
  }

  private init(all catalogue: Catalogue) { self.catalogue = catalogue }

  var exact: (any Kernel)? { FusedGradients(all: catalogue.exact) }

  func tuned(by times: MeasuredTimes) -> any Kernel { FusedGradients(all: catalogue.tuned(by: times)) }

  private var layers: Layers { Layers(name: name, catalogue) }

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let backward = op as? Backward else { return .no("computes gradients of attention modules only") }
    do { return layers.support(try SweptGradient(backward, inputs), inputs, isa: isa) } catch {
      return .no("\(error)")
    }
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let backward = task.op as? Backward else {
      preconditionFailure("\(task.op.text) is not a gradient")
    }
    let swept = try SweptGradient(backward, task.inputs)
    let prepared = try layers.prepare(
      KernelTask(swept, task.inputs, weights: task.weights, isa: task.isa, micro: task.micro))
    return PreparedSweeps(prepared: prepared, stages: swept.stages)
  }
}

/// The same regions, which name the stages of the gradient that they compute.
private struct PreparedSweeps: Prepared {
  let prepared: any Prepared
  let stages: [String: [String]]

  var packed: [PackedMemory] { prepared.packed }

  func workspace(threads: Int) -> Int { prepared.workspace(threads: threads) }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    prepared.bind(memory, threads: threads).map { region in
      Region(region.name, rangesOf: region.tiles, body: region.body)
        .computing(region.computes.flatMap { stages[$0] ?? [$0] })
    }
  }
}
