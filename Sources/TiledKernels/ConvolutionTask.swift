import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// What every kernel for convolutions knows of its task.
struct ConvolutionTask: Sendable {
  let conv: Conv2D
  let input: Shape
  let output: Shape
  let micro: MicroKernels
  private let fusion: Fusion

  /// - Precondition: the task's operator is a convolution.
  init(_ task: Task) throws {
    guard let conv = task.op as? Conv2D else { preconditionFailure("\(task.op.text) is not a convolution") }
    self.conv = conv
    input = task.inputs[0]
    output = try conv.output(task.inputs)
    micro = task.isa.microKernels
    fusion = task.fusion
  }

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
      micro.elementwise(&work)
    }
  }

  /// The memory of one image of the batch.
  struct Image {
    let input: UnsafePointer<Float>
    let output: UnsafeMutablePointer<Float>
    /// Of the output's shape.
    let residual: UnsafePointer<Float>?
  }

  func images(_ memory: Arguments) -> [Image] {
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
  /// Draws every channel of an image.
  func draw(
    _ canvas: Canvas, _ image: Image, into target: UnsafeMutablePointer<Float>
  ) -> Region {
    Region("pad", tiles: input.c) { c, _ in
      canvas.draw(image.input + c * input.plane, into: target + c * canvas.plane, micro)
    }
  }

  /// Rows of the output in as many parts as make about `desiredTiles` tiles of them.
  func rowParts(blocks: Int) -> Partition {
    Partition(count: output.h, parts: min(output.h, max(1, ceilDivide(desiredTiles, blocks))))
  }
}
