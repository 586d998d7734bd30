import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Every s-th pixel between channels of zeros: a copy, one plane per tile.
struct Subsampling: Kernel {
  let name = "tiled/subsample"

  func support(_ op: any Operator, _ inputs: [Shape], isa: ISA) -> Support {
    guard op is Subsample else { return .no("computes subsampling only") }
    return .yes(Abilities(preference: 1))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let op = task.op as? Subsample else { preconditionFailure("\(task.op.text) is no subsampling") }
    return PreparedSubsample(
      op: op, input: task.inputs[0], output: try op.output(task.inputs), micro: task.isa.microKernels)
  }
}

private struct PreparedSubsample: Prepared {
  let op: Subsample
  let input: Shape
  let output: Shape
  let micro: MicroKernels

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let before = op.before(input.c)
    return [
      Region("subsample", tiles: output.n * output.c) { tile, _ in
        let (n, c) = (tile / output.c, tile % output.c - before)
        let target = memory.outputs[0] + tile * output.plane
        guard c >= 0, c < input.c else {
          target.update(repeating: 0, count: output.plane)
          return
        }
        var work = PadRows(
          input: memory.inputs[0] + (n * input.c + c) * input.plane, output: target)
        work.step = op.stride
        work.inputStride = op.stride * input.w
        work.outputStride = output.w
        work.rows = output.h
        work.width = output.w
        work.count = output.w
        micro.run(&work)
      }.computing("")
    ]
  }
}
