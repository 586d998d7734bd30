import Kernels
import Operators

/// Filters of 3 × 3 taps transformed for Winograd's convolution, a batch norm folded in:
/// `[batch of blocks][point][block of outputs][channel][lane]`, zero in channels and lanes beyond the last.
struct WinogradWeights: Sendable {
  let values: Constants<Float>
  /// `[block of outputs][lane]`.
  let bias: Constants<Float>
  /// Channels of a group, in whole vectors.
  let channels: Int
  private let points: Int
  private let block: Int
  private let batches: Partition

  /// - Parameters:
  ///   - weight: `[outputs][channels of a group][3][3]`.
  ///   - channels: of a group, in whole vectors.
  ///   - batches: of a group's blocks of outputs, which are computed together.
  init(
    _ matrices: WinogradMatrices, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    _ reduced: ReducedConvolution, channels: Int, block: Int, batches: Partition,
    batchNorm: (scale: [Float], shift: [Float])?
  ) {
    let perGroup = reduced.outputsPerGroup
    let blocks = batches.count
    let points = matrices.points * matrices.points
    let real = reduced.input.c / reduced.conv.groups
    var packed = [Float](repeating: 0, count: reduced.conv.groups * blocks * points * channels * block)
    var sums = [Float](repeating: 0, count: reduced.conv.groups * blocks * block)
    for o in 0..<reduced.conv.outputChannels {
      let at = o / perGroup * blocks + o % perGroup / block
      let panels = Self.panels(at, batches, points)
      let lane = o % perGroup % block
      let factor = batchNorm?.scale[o] ?? 1
      for c in 0..<real {
        let filter = matrices.transformed(weight + (o * real + c) * 9, times: factor)
        for point in 0..<points {
          packed[((panels.first + point * panels.step) * channels + c) * block + lane] = Float(filter[point])
        }
      }
      sums[at * block + lane] = (bias?[o] ?? 0) * factor + (batchNorm?.shift[o] ?? 0)
    }
    values = Constants(packed)
    self.bias = Constants(sums)
    (self.channels, self.points, self.block, self.batches) = (channels, points, block, batches)
  }

  /// Weights of one point for a block of outputs.
  func weights(_ block: Int, _ point: Int) -> UnsafePointer<Float> {
    let panels = Self.panels(block, batches, points)
    return values.pointer + (panels.first + point * panels.step) * channels * self.block
  }

  /// Where the first point's weights for a block of outputs lie, and from a point to the next, in panels of one point and block.
  private static func panels(_ block: Int, _ batches: Partition, _ points: Int) -> (first: Int, step: Int) {
    let (group, inGroup) = (block / batches.count, block % batches.count)
    let batch = batches[((inGroup + 1) * batches.parts - 1) / batches.count]
    return (
      (group * batches.count + batch.lowerBound) * points + inGroup - batch.lowerBound, batch.count
    )
  }

  var memory: [UnsafeRawBufferPointer] { [values.memory, bias.memory] }
}
