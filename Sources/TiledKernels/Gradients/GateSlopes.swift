import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// The gradient of gates: sums of products over planes, or over the channels of pixels.
struct GateSlopes: Kernel {
  let name = "tiled/gate-gradient"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard op is GateGradient else { return .no("computes gradients of gates only") }
    return .yes(Form(cycles: Cycles.sweeps(2 * inputs[0].count)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let op = task.op as? GateGradient else {
      preconditionFailure("\(task.op.text) is no gradient of a gate")
    }
    let shape = task.inputs[0].shape
    switch op.gate {
    case .channel:
      return PreparedChannelSums(
        operation: .products,
        blocks: ChannelBlocks(images: 1, channels: shape.n * shape.c, plane: shape.plane), micro: task.micro)
    case .pixel: return PreparedPixelProducts(shape, task.micro)
    }
  }
}

/// Spans of pixels; where those are few, parts of the channels as well, whose sums are added up in their order.
private struct PreparedPixelProducts: Prepared {
  private let shape: Shape
  private let micro: MicroKernels
  private let spans: Int
  private let parts: Partition

  init(_ shape: Shape, _ micro: MicroKernels) {
    (self.shape, self.micro) = (shape, micro)
    let cut = PixelSpans(shape)
    (spans, parts) = (cut.count, cut.parts)
  }

  /// The parts' sums, image by image.
  func workspace(threads: Int) -> Int { parts.parts == 1 ? 0 : shape.n * parts.parts * shape.plane }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let (first, second) = (memory.inputs[0], memory.inputs[1])
    let (shape, micro, spans, parts) = (shape, micro, spans, parts)
    let target = parts.parts == 1 ? memory.outputs[0] : memory.workspace
    let multiply = Region("multiply", tiles: shape.n * parts.parts * spans) { tile in
      let (map, x) = (tile / spans, tile % spans * PixelSpans.length)
      let channels = parts[map % parts.parts]
      let at = (map / parts.parts * shape.c + channels.lowerBound) * shape.plane + x
      var work = PixelProducts(first + at, second + at, output: target + (map * shape.plane + x))
      (work.channels, work.channelStride) = (channels.count, shape.plane)
      work.count = min(PixelSpans.length, shape.plane - x)
      micro.run(&work)
    }.computing("")
    return parts.parts == 1 ? [multiply] : [multiply, add(memory)]
  }

  private func add(_ memory: CallMemory) -> Region {
    let (partial, output) = (memory.workspace, memory.outputs[0])
    let (plane, micro, spans, parts) = (shape.plane, micro, spans, parts.parts)
    return Region("add parts", tiles: shape.n * spans) { tile in
      let (image, x) = (tile / spans, tile % spans * PixelSpans.length)
      var work = PixelStatistics(input: partial + (image * parts * plane + x))
      (work.channels, work.channelStride) = (parts, plane)
      work.count = min(PixelSpans.length, plane - x)
      work.sum = output + (image * plane + x)
      micro.run(&work)
    }
  }
}
