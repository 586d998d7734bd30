import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// The gradient of a convolution's weights by sums along rows, for groups of few filters: each pair of a filter and a channel
/// keeps a sum for each tap in registers.
struct RowWeightGradient: Kernel {
  let name = "tiled/weight-rows"

  /// Cycles of starting a pair, and of adding up the lanes of a tap.
  private static let (pair, lanes) = (60.0, 14.0)
  /// Cycles of a tap's product of two vectors, the last one of a row included; where multiplying and adding are two
  /// instructions.
  private static let tap = (fused: 1.7, separate: 2.6)

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let task = WeightGradientTask(op, inputs, isa.microKernels) else {
      return .no("computes the gradient of a convolution's weights only")
    }
    let plan = WeightRows(task)
    let pairs = Double(task.gradient.c * task.channels)
    let vectors = Double(task.gradient.n * task.gradient.h * ceilDivide(task.gradient.w, task.micro.lanes))
    let tap = vectors * (isa == .baseline ? Self.tap.separate : Self.tap.fused)
    let ends = Double(plan.passes) * (Self.pair + Self.lanes * Double(task.taps))
    let drawing = Double(task.gradient.n * task.input.c * task.input.plane) / 2
    return .yes(
      Form(
        keepsNonFinite: task.padsNothing,
        cycles: Cycles.region + drawing + pairs * (tap * Double(task.taps) + ends)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let own = WeightGradientTask(task.op, task.inputs, task.micro) else {
      preconditionFailure("\(task.op.text) is not the gradient of a convolution's weights")
    }
    return PreparedWeightRows(own)
  }
}

/// How the images are cut.
private struct WeightRows: Sendable {
  let canvas: Canvas
  /// Whether the image is read as it lies: its rows are a vector long at least, as a shorter one is read too far.
  let isImage: Bool
  /// Images whose channel stays in the second cache.
  let images: Int
  let passes: Int

  init(_ task: WeightGradientTask) {
    canvas = task.canvas(slack: task.micro.lanes)
    isImage = canvas.isImage && task.gradient.w >= task.micro.lanes
    images = min(task.gradient.n, max(1, SecondCache.bytes / 8 / canvas.plane))
    passes = ceilDivide(task.gradient.n, images)
  }
}

private struct PreparedWeightRows: Prepared {
  private let task: WeightGradientTask
  private let plan: WeightRows
  private let offsets: Constants<Int>

  init(_ task: WeightGradientTask) {
    self.task = task
    plan = WeightRows(task)
    offsets = Constants(plan.canvas.taps)
  }

  private var canvasFloats: Int { plan.isImage ? 0 : plan.images * plan.canvas.plane }

  func workspace(threads: Int) -> Int { threads * canvasFloats }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    [
      Region("correlate", tiles: task.input.c) { channel, worker in
        for first in stride(from: 0, to: task.input.n, by: plan.images) {
          correlate(channel, first, memory, memory.workspace + worker * canvasFloats)
        }
      }.computing("")
    ]
  }

  /// All filters of a channel, over some images from the first on.
  private func correlate(
    _ channel: Int, _ first: Int, _ memory: CallMemory, _ scratch: UnsafeMutablePointer<Float>
  ) {
    let (input, shape, images) = (task.input, task.gradient, min(plan.images, task.input.n - first))
    let image = memory.inputs[0] + (first * input.c + channel) * input.plane
    if !plan.isImage {
      for n in 0..<images {
        plan.canvas.draw(
          image + n * input.c * input.plane, into: scratch + n * plan.canvas.plane, task.micro)
      }
    }
    var work = CorrelateRows(
      input: plan.isImage ? image : UnsafePointer(scratch), gradient: memory.inputs[1],
      gradientEnd: memory.inputs[1] + shape.count, offsets: offsets.pointer, output: memory.outputs[0])
    work.inputStride = plan.canvas.row(1)
    work.inputImage = plan.isImage ? input.c * input.plane : plan.canvas.plane
    (work.gradientStride, work.gradientImage) = (shape.w, shape.c * shape.plane)
    (work.images, work.rows, work.count, work.taps) = (images, shape.h, shape.w, task.taps)
    work.adds = first > 0
    let (group, inGroup) = (channel / task.channels, channel % task.channels)
    for filter in group * task.filters..<(group + 1) * task.filters {
      work.gradient = memory.inputs[1] + (first * shape.c + filter) * shape.plane
      work.output = memory.outputs[0] + (filter * task.channels + inGroup) * task.taps
      task.micro.run(&work)
    }
  }
}
