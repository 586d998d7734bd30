import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Gradients that are copies: of some channels, and of pixels that were kept.
struct Slices: Kernel {
  let name = "tiled/slice"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard op is ChannelSlice || op is SubsampleGradient else {
      return .no("computes slices and gradients of subsampling only")
    }
    return .yes(Form(cycles: Cycles.sweeps(2 * ((try? op.output(inputs).count) ?? 0))))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    let (input, output) = (task.inputs[0].shape, try task.op.output(task.inputs).shape)
    switch task.op {
    case let slice as ChannelSlice:
      return PreparedSlice(
        skipped: slice.first * input.plane, image: input.c * input.plane, images: input.n,
        count: slice.count * input.plane, micro: task.micro)
    case let gradient as SubsampleGradient:
      return PreparedSpread(op: gradient.op, gradient: input, output: output, micro: task.micro)
    default: preconditionFailure("\(task.op.text) is no slice")
    }
  }
}

/// A run of each image.
private struct PreparedSlice: Prepared {
  let skipped: Int
  let image: Int
  let images: Int
  let count: Int
  let micro: MicroKernels

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let run = 8192
    let (skipped, image, count, micro) = (skipped, image, count, micro)
    let runs = ceilDivide(count, run)
    let (input, output) = (memory.inputs[0], memory.outputs[0])
    return [
      Region("copy", tiles: images * runs) { tile in
        let (n, first) = (tile / runs, tile % runs * run)
        var work = Elementwise(
          .copy, input: input + (n * image + skipped + first), output: output + (n * count + first),
          count: min(run, count - first))
        micro.run(&work)
      }.computing("")
    ]
  }
}

/// One plane per call.
private struct PreparedSpread: Prepared {
  let op: Subsample
  let gradient: Shape
  let output: Shape
  let micro: MicroKernels

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let (gradient, output, micro) = (gradient, output, micro)
    let (before, step) = (op.before(output.c), op.stride)
    let (source, target) = (memory.inputs[0], memory.outputs[0])
    return [
      Region("spread", planes: output.n * output.c, of: output.plane) { planes, _ in
        for plane in planes {
          let from = plane / output.c * gradient.c + before + plane % output.c
          var work = SpreadRows(input: source + from * gradient.plane, output: target + plane * output.plane)
          (work.step, work.height, work.width) = (step, output.h, output.w)
          micro.run(&work)
        }
      }.computing("")
    ]
  }
}
