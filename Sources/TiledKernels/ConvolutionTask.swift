import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// What every kernel for convolutions knows of its task.
struct ConvolutionTask: Sendable {
  let reduced: ReducedConvolution
  let micro: MicroKernels
  private let fusion: Fusion

  var conv: Conv2D { reduced.conv }
  var input: Shape { reduced.input }
  var output: Shape { reduced.output }

  /// - Precondition: the task's operator is a convolution.
  /// - Parameter flat: whether a plane of which every pixel is taken alone counts as one row.
  init(_ task: KernelTask, flat: Bool = false) throws {
    guard let conv = task.op as? Conv2D else { preconditionFailure("\(task.op.text) is not a convolution") }
    let reduced = try ReducedConvolution(conv, task.inputs)
    self.reduced = flat ? reduced.flat : reduced
    micro = task.micro
    fusion = task.fusion
  }

  /// Whether a 1×1 kernel takes every pixel. A stride of 1 says less: along an axis with one output every stride is the same.
  var takesEveryPixel: Bool { input.plane == output.plane }

  /// Input channels of a group.
  var channels: Int { input.c / conv.groups }

  /// Output channels of a group.
  var outputsPerGroup: Int { conv.outputChannels / conv.groups }

  /// Behind bias and residual.
  var activation: Activation { conv.activation == .none ? fusion.activation : conv.activation }

  /// What micro-kernels apply themselves.
  var relu: Bool { activation == .relu }

  /// Applies any other activation to what a tile has just stored, while it is near.
  /// - Parameter output: `channels` runs of `count` pixels, planes apart.
  func activate(_ output: UnsafeMutablePointer<Float>, channels: Int, count: Int) {
    guard !relu, let operation = activation.operation else { return }
    for c in 0..<channels {
      let run = output + c * self.output.plane
      var work = Elementwise(operation, input: run, output: run, count: count)
      micro.run(&work)
    }
  }

  /// The same as a region of its own, for tiles that leave no runs of pixels; none where nothing is left to do.
  func activation(_ memory: CallMemory, images: Range<Int>) -> [Region] {
    guard !relu, let operation = activation.operation else { return [] }
    let image = output.c * output.plane
    let first = memory.outputs[0] + images.lowerBound * image
    let run = 8192
    return [
      Region("activate", tiles: ceilDivide(images.count * image, run)) { tile, _ in
        let (at, count) = (first + tile * run, min(run, images.count * image - tile * run))
        var work = Elementwise(operation, input: at, output: at, count: count)
        micro.run(&work)
      }
    ]
  }

  /// The memory of one image of the batch.
  struct Image {
    let input: UnsafePointer<Float>
    let output: UnsafeMutablePointer<Float>
    /// Of the output's shape.
    let residual: UnsafePointer<Float>?
  }

  /// Weights in blocks of output channels.
  /// - Throws: if they are not there.
  func packed(
    _ task: KernelTask, block: Int, copies: Int = 1, order: Constants<Int>? = nil, inLines: Bool = false
  ) throws -> PackedWeights {
    PackedWeights(
      try filters(task), block: block, copies: copies, order: order, inLines: inLines,
      batchNorm: fusion.batchNorm, micro)
  }

  /// What is packed.
  /// - Throws: if it is not there.
  func filters(_ task: KernelTask) throws -> FilterBank {
    FilterBank(
      weight: try task.weights["weight"], bias: conv.bias ? try task.weights["bias"] : nil,
      outputs: conv.outputChannels, groups: conv.groups,
      depth: channels * conv.kernel.h * conv.kernel.w,
      places: reduced.places(channels: channels).map { Constants($0) })
  }

  func images(_ memory: CallMemory) -> [Image] {
    (0..<input.n).map { n in
      let at = n * output.c * output.plane
      return Image(
        input: memory.inputs[0] + n * input.c * input.plane, output: memory.outputs[0] + at,
        residual: fusion.residual ? memory.inputs[1] + at : nil)
    }
  }
}

/// Convolutions that read a canvas.
extension ConvolutionTask {
  /// Draws every channel of an image, or of `count` images from it on.
  func draw(
    _ canvas: Canvas, _ image: Image, count: Int = 1, into target: UnsafeMutablePointer<Float>
  ) -> Region {
    Region("pad", tiles: count * input.c) { c, _ in
      canvas.draw(image.input + c * input.plane, into: target + c * canvas.plane, micro)
    }
  }

  /// Draws what an area of an image's output reads.
  func draw(
    _ canvas: Canvas, _ image: Image, _ area: (rows: Range<Int>, columns: Range<Int>),
    into target: UnsafeMutablePointer<Float>
  ) {
    for c in 0..<input.c {
      canvas.draw(
        image.input + c * input.plane, row: area.rows.lowerBound, column: area.columns.lowerBound,
        into: target + c * canvas.plane, micro)
    }
  }

  /// Rows of the output in as many parts as make about `desiredTiles` tiles of them.
  func rowParts(blocks: Int) -> Partition {
    Partition(count: output.h, parts: min(output.h, max(1, ceilDivide(desiredTiles, blocks))))
  }
}
