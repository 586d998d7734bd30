import Kernels
import Operators

/// Filters of 3 × 3 taps transformed for Winograd's convolution, a batch norm folded in:
/// `[batch of blocks][point][block of outputs][channel][lane]`, zero in channels and lanes beyond the last.
struct WinogradWeights: Sendable {
  let values: Constants<Float>
  /// `[block of outputs][lane]`.
  let bias: Constants<Float>
  let packed: PackedMemory
  /// Channels of a group, in whole vectors.
  let channels: Int
  private let points: Int
  private let block: Int
  private let batches: Partition

  /// - Parameters:
  ///   - bank: `[outputs][channels of a group][3][3]`.
  ///   - channels: of a group, in whole vectors.
  ///   - batches: of a group's blocks of outputs, which are computed together.
  init(
    _ matrices: WinogradMatrices, _ bank: FilterBank, channels: Int, block: Int, batches: Partition,
    batchNorm: FoldedBatchNorm?
  ) {
    let (perGroup, blocks) = (bank.outputs / bank.groups, batches.count)
    let points = matrices.points * matrices.points
    let values = Constants(zeros: bank.groups * blocks * points * channels * block)
    let sums = Constants(zeros: bank.groups * blocks * block)
    let transform = FilterTransform(matrices)
    let packing = Packing([values.memory, sums.memory], tiles: bank.groups * blocks) { at in
      let panels = Self.panels(at, batches, points)
      let first = at / blocks * perGroup + at % blocks * block
      let end = min(at / blocks * perGroup + perGroup, first + block)
      for o in stride(from: first, to: end, by: FilterTransform.lanes) {
        let outputs = o..<min(end, o + FilterTransform.lanes)
        for c in 0..<bank.depth / 9 {
          let target = values.target + (panels.first * channels + c) * block + o - first
          transform.write(
            bank, outputs, channel: c, batchNorm, to: target, pointStride: panels.step * channels * block)
        }
        for o in outputs {
          let (scale, shift) = batchNorm?[o] ?? (1, 0)
          sums.target[at * block + o - first] = (bank.bias?.pointer[o] ?? 0) * scale + shift
        }
      }
    }
    (self.values, bias, packed) = (values, sums, packing.packed)
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
}

/// G·g·Gᵀ of the filters of some outputs at once.
private struct FilterTransform: Sendable {
  typealias Lane = SIMD8<Double>
  /// Outputs.
  static let lanes = Lane.scalarCount

  /// G, row by row.
  private let matrix: Constants<Double>
  /// Rows of G.
  private let rows: Int

  init(_ matrices: WinogradMatrices) {
    (matrix, rows) = (Constants(matrices.filter.flatMap { $0 }), matrices.points)
  }

  /// Writes each point of the transformed filters, the outputs side by side.
  /// - Parameter outputs: as many as there are lanes, at most.
  func write(
    _ bank: FilterBank, _ outputs: Range<Int>, channel: Int, _ batchNorm: FoldedBatchNorm?,
    to target: UnsafeMutablePointer<Float>, pointStride: Int
  ) {
    var taps = InlineArray<9, Lane>(repeating: .zero)
    for (lane, o) in outputs.enumerated() {
      let (filter, factor) = (bank.filter(o), batchNorm?[o].scale ?? 1)
      for tap in 0..<9 { taps[tap][lane] = Double(filter[bank.place(9 * channel + tap)] * factor) }
    }
    for row in 0..<rows {
      let g = matrix.pointer + 3 * row
      let left = g[0] * taps[0] + g[1] * taps[3] + g[2] * taps[6]
      let middle = g[0] * taps[1] + g[1] * taps[4] + g[2] * taps[7]
      let right = g[0] * taps[2] + g[1] * taps[5] + g[2] * taps[8]
      for column in 0..<rows {
        let h = matrix.pointer + 3 * column
        let point = SIMD8<Float>(h[0] * left + h[1] * middle + h[2] * right)
        let place = target + (row * rows + column) * pointStride
        if outputs.count == Self.lanes {
          UnsafeMutableRawPointer(place).storeBytes(of: point, as: SIMD8<Float>.self)
        } else {
          for lane in outputs.indices { place[lane - outputs.lowerBound] = point[lane - outputs.lowerBound] }
        }
      }
    }
  }
}
