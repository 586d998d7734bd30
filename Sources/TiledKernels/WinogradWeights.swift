import Kernels
import Operators

/// Filters of 3 × 3 taps transformed for Winograd's convolution, a batch norm folded in:
/// `[block of outputs][point][channel][lane]`, zero in channels and lanes beyond the last.
struct WinogradWeights: Sendable {
  let values: Constants<Float>
  /// `[block of outputs][lane]`.
  let bias: Constants<Float>
  /// Channels of a group, in whole vectors.
  let channels: Int
  private let points: Int
  private let block: Int

  /// - Parameters:
  ///   - weight: `[outputs][channels of a group][3][3]`.
  ///   - channels: of a group, in whole vectors.
  init(
    _ matrices: WinogradMatrices, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    _ reduced: ReducedConvolution, channels: Int, block: Int, batchNorm: (scale: [Float], shift: [Float])?
  ) {
    let perGroup = reduced.outputsPerGroup
    let blocks = ceilDivide(perGroup, block)
    let points = matrices.points * matrices.points
    let real = reduced.input.c / reduced.conv.groups
    var packed = [Float](repeating: 0, count: reduced.conv.groups * blocks * points * channels * block)
    var sums = [Float](repeating: 0, count: reduced.conv.groups * blocks * block)
    for o in 0..<reduced.conv.outputChannels {
      let at = o / perGroup * blocks + o % perGroup / block
      let lane = o % perGroup % block
      let factor = batchNorm?.scale[o] ?? 1
      for c in 0..<real {
        let filter = matrices.transformed(weight + (o * real + c) * 9, times: factor)
        for point in 0..<points {
          packed[((at * points + point) * channels + c) * block + lane] = Float(filter[point])
        }
      }
      sums[at * block + lane] = (bias?[o] ?? 0) * factor + (batchNorm?.shift[o] ?? 0)
    }
    values = Constants(packed)
    self.bias = Constants(sums)
    (self.channels, self.points, self.block) = (channels, points, block)
  }

  /// Weights of one point for a block of outputs.
  func weights(_ block: Int, _ point: Int) -> UnsafePointer<Float> {
    values.pointer + (block * points + point) * channels * self.block
  }

  var memory: [UnsafeRawBufferPointer] { [values.memory, bias.memory] }
}
