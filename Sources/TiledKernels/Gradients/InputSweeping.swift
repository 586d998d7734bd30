import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// The last sweeps of modules' gradients, over planes.
struct InputSweeping: Kernel {
  let name = "tiled/input-sweep"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard op is InputSweep else { return .no("computes the last sweeps of gradients only") }
    return .yes(
      Form(cycles: Cycles.gradientSweep(2 * inputs[0].count, of: inputs[0], isa.microKernels)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let sweep = task.op as? InputSweep else { preconditionFailure("\(task.op.text) is no last sweep") }
    return PreparedInputSweep(op: sweep, shape: task.inputs[0].shape, micro: task.micro)
  }
}

private struct PreparedInputSweep: Prepared {
  let op: InputSweep
  let shape: Shape
  let micro: MicroKernels

  /// Pixels whose maps stay in the nearest cache.
  private static let span = 1024

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let (shape, micro, order) = (shape, micro, op.order)
    let (gradient, output) = (memory.inputs[0], memory.outputs[0])
    let maps = SweepMaps(op.parts, memory.inputs, from: 1)
    let span = op.parts.pixelGates ? Self.span : shape.plane
    return [
      Region("gate gradients", planes: shape.n * shape.c, of: shape.plane) { planes, _ in
        for run in planes.perImage(shape.c) {
          for x in stride(from: 0, to: shape.plane, by: span) {
            let at = run.lowerBound * shape.plane + x
            var work = GatedGradient(gradient: gradient + at, output: output + at)
            work.read(maps, image: run.lowerBound / shape.c, planes: run, pixel: x, of: shape)
            (work.count, work.order) = (min(span, shape.plane - x), order)
            micro.run(&work)
          }
        }
      }.computing("")
    ]
  }
}

/// The maps of what pixels were pooled from.
struct PixelSharing: Kernel {
  let name = "tiled/pixel-shares"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard op is PixelShares else { return .no("computes shares of pixels only") }
    return .yes(Form(cycles: Cycles.sweeps(2 * inputs[0].count)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let op = task.op as? PixelShares else { preconditionFailure("\(task.op.text) has no shares") }
    return PreparedShares(channels: op.channels, shape: task.inputs[0].shape, micro: task.micro)
  }
}

private struct PreparedShares: Prepared {
  let channels: Int
  let shape: Shape
  let micro: MicroKernels

  private static let span = 1024

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let (plane, divisor, micro) = (shape.plane, Float(channels), micro)
    let (gradient, output, spans) = (memory.inputs[0], memory.outputs[0], ceilDivide(plane, Self.span))
    return [
      Region("share", tiles: shape.n * spans) { tile in
        let (x, image) = (tile % spans * Self.span, tile / spans)
        let (at, count) = (2 * image * plane + x, min(Self.span, plane - x))
        var share = PixelStatistics(input: gradient + (at + plane))
        (share.channels, share.count) = (1, count)
        (share.sum, share.divisor) = (output + at, divisor)
        micro.run(&share)
        var top = Elementwise(.add, input: gradient + at, output: output + (at + plane), count: count)
        top.second = UnsafePointer(output + at)
        micro.run(&top)
      }.computing("")
    ]
  }
}
