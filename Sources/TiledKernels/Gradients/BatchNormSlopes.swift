import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Gradients of batch norm: both sums of a channel, then the gradient of its elements while they are near; parts of channels that
/// are longer.
struct BatchNormSlopes: Kernel {
  let name = "tiled/batchnorm-gradient"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard op is BatchNormGradient else { return .no("computes gradients of batch norm only") }
    return .yes(Form(cycles: Cycles.sweeps(5 * inputs[0].count)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let op = task.op as? BatchNormGradient else {
      preconditionFailure("\(task.op.text) is no gradient of batch norm")
    }
    let frozen = op.isFrozen ? (mean: try task.weights["mean"], variance: try task.weights["variance"]) : nil
    return PreparedNormSlopes(
      blocks: ChannelBlocks(task.inputs[0].shape), epsilon: Float(op.epsilon),
      gamma: try task.weights["weight"], frozen: frozen, micro: task.micro)
  }
}

private struct PreparedNormSlopes: Prepared {
  let blocks: ChannelBlocks
  let epsilon: Float
  let gamma: Tensor<Float>
  let frozen: (mean: Tensor<Float>, variance: Tensor<Float>)?
  let micro: MicroKernels

  var packed: [PackedMemory] {
    [gamma.unpacked] + (frozen.map { [$0.mean.unpacked, $0.variance.unpacked] } ?? [])
  }

  /// Three numbers of each channel; both sums of each part.
  func workspace(threads: Int) -> Int {
    3 * blocks.channels + (blocks.parts == 1 ? 0 : 2 * blocks.channels * blocks.parts)
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let norm = BoundNormSlopes(self, memory)
    let parts = blocks.parts
    if parts == 1 {
      return [
        Region("slopes of channels", tiles: blocks.groups) { norm.channels($0) }.computing("")
      ]
    }
    let tiles = blocks.channels * parts
    return [
      Region("sum parts", tiles: tiles) { norm.part($0 / parts, $0 % parts) },
      Region("combine", tiles: blocks.channels) { norm.combine($0) },
      Region("slopes", tiles: tiles) { norm.apply($0 / parts..<$0 / parts + 1, part: $0 % parts) }
        .computing(""),
    ]
  }
}

/// The memory of one call.
private struct BoundNormSlopes {
  private let blocks: ChannelBlocks
  private let (epsilon, micro, isFrozen): (Float, MicroKernels, Bool)
  private let (gamma, mean, variance): (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>)
  private let (input, gradient): (UnsafePointer<Float>, UnsafePointer<Float>)
  private let (output, scale, shift):
    (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
  /// Factors of the gradient, what is subtracted from it first, and factors of the input.
  private let (factors, centers, slopes):
    (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
  /// Of the parts, channel by channel.
  private let (partProducts, partSums): (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)

  init(_ prepared: PreparedNormSlopes, _ memory: CallMemory) {
    (blocks, epsilon, micro) = (prepared.blocks, prepared.epsilon, prepared.micro)
    isFrozen = prepared.frozen != nil
    gamma = UnsafePointer(prepared.gamma.pointer)
    mean = prepared.frozen.map { UnsafePointer($0.mean.pointer) } ?? memory.inputs[2]
    variance = prepared.frozen.map { UnsafePointer($0.variance.pointer) } ?? memory.inputs[3]
    (input, gradient) = (memory.inputs[0], memory.inputs[1])
    (output, scale, shift) = (memory.outputs[0], memory.outputs[1], memory.outputs[2])
    let channels = blocks.channels
    factors = memory.workspace
    (centers, slopes, partProducts) = (factors + channels, factors + 2 * channels, factors + 3 * channels)
    partSums = partProducts + (blocks.parts == 1 ? 0 : channels * blocks.parts)
  }

  /// Whole channels.
  func channels(_ tile: Int) {
    let range = blocks.group(tile)
    sum(range, part: 0, scale + range.lowerBound, shift + range.lowerBound)
    for c in range { finish(c) }
    apply(range, part: 0)
  }

  /// A part of a channel.
  func part(_ channel: Int, _ part: Int) {
    let at = channel * blocks.parts + part
    sum(channel..<channel + 1, part: part, partProducts + at, partSums + at)
  }

  private func sum(
    _ channels: Range<Int>, part: Int, _ products: UnsafeMutablePointer<Float>,
    _ sums: UnsafeMutablePointer<Float>
  ) {
    var work = blocks.sums(.slopes, input, gradient, channels: channels, part: part, into: products)
    (work.centers, work.seconds) = (mean + channels.lowerBound, sums)
    micro.run(&work)
  }

  /// The parts' sums in their order.
  func combine(_ channel: Int) {
    let first = channel * blocks.parts
    scale[channel] = (0..<blocks.parts).reduce(0) { $0 + partProducts[first + $1] }
    shift[channel] = (0..<blocks.parts).reduce(0) { $0 + partSums[first + $1] }
    finish(channel)
  }

  /// The gradient of a channel's scale, and the numbers of its elements' gradients.
  private func finish(_ channel: Int) {
    let deviation = (variance[channel] + epsilon).squareRoot()
    let (factor, count) = (gamma[channel] / deviation, Float(blocks.elements))
    scale[channel] /= deviation
    factors[channel] = factor
    centers[channel] = shift[channel] / count
    slopes[channel] = -factor * (scale[channel] / count) / deviation
  }

  /// The gradient of a part of some channels.
  func apply(_ channels: Range<Int>, part: Int) {
    let (images, pixels) = blocks.part(part)
    let c = channels.lowerBound
    for n in images {
      let first = (n * blocks.channels + c) * blocks.plane + pixels.lowerBound
      if isFrozen {
        var work = Gate(input: gradient + first, output: output + first)
        (work.planes, work.count, work.planeGates) = (
          channels.count, pixels.count, UnsafePointer(factors + c)
        )
        micro.run(&work)
      } else {
        var work = NormGradient(
          input: input + first, gradient: gradient + first, output: output + first, centers: mean + c,
          slopes: slopes + c, shifts: centers + c, scales: factors + c)
        (work.planes, work.count) = (channels.count, pixels.count)
        micro.run(&work)
      }
    }
  }
}
