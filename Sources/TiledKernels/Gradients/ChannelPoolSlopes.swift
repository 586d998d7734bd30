import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// The gradient of pools over channels: spans of pixels, whose channels go by twice.
struct ChannelPoolSlopes: Kernel {
  let name = "tiled/channelpool-gradient"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard op is ChannelPoolGradient else { return .no("computes gradients of pools over channels only") }
    return .yes(Form(cycles: Cycles.sweeps(2 * inputs[0].count)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    PreparedChannelPoolSlopes(shape: task.inputs[0].shape, micro: task.micro)
  }
}

private struct PreparedChannelPoolSlopes: Prepared {
  let shape: Shape
  let micro: MicroKernels

  /// Pixels of a tile: long runs, but short ones where tiles would be few.
  private var span: Int { shape.n * shape.plane >= 8 * 256 ? 256 : 64 }

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let (shape, micro, span) = (shape, micro, span)
    let spans = ceilDivide(shape.plane, span)
    let (input, gradient, output) = (memory.inputs[0], memory.inputs[1], memory.outputs[0])
    return [
      Region("slopes", tiles: shape.n * spans) { tile in
        let (image, x) = (tile / spans, tile % spans * span)
        let (at, maps) = (image * shape.c * shape.plane + x, gradient + (2 * image * shape.plane + x))
        var work = PixelPoolGradient(
          input: input + at, maximum: maps, mean: maps + shape.plane, output: output + at)
        (work.channels, work.channelStride) = (shape.c, shape.plane)
        work.count = min(span, shape.plane - x)
        work.divisor = Float(shape.c)
        micro.run(&work)
      }.computing("")
    ]
  }
}
