import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// What of a layer's weights is packed.
struct FilterBank: Sendable {
  /// One after the other, `[outputs][…]`.
  let weight: Tensor<Float>
  /// Addends of the outputs.
  let bias: Tensor<Float>?
  let outputs: Int
  var groups = 1
  /// Weights of an output that count.
  let depth: Int
  /// Where each of them lies among the output's; nil: in this order, and there are no others.
  var places: Constants<Int>?

  /// From an output's weights to the next one's.
  var pitch: Int { weight.count / outputs }

  /// The weights of an output.
  @inline(__always)
  func filter(_ output: Int) -> UnsafePointer<Float> { UnsafePointer(weight.pointer + output * pitch) }

  /// Where one that counts lies among them.
  @inline(__always)
  func place(_ k: Int) -> Int { places?.pointer[k] ?? k }
}

/// Weights of a convolution in blocks of output channels: `[group][block][channel][tap][lane][copy]`, zero in lanes beyond
/// the last channel; a batch norm folded in. Where input channels lie in blocks too, taps change slower than the channels of a
/// block.
struct PackedWeights: Sendable {
  let values: Constants<Float>
  let bias: Constants<Float>
  let block: Int
  let blocksPerGroup: Int
  let outputsPerGroup: Int
  /// Channels × taps.
  let depth: Int
  /// From a block to the next.
  let pitch: Int
  let packed: PackedMemory

  /// - Parameters:
  ///   - order: the place of each weight of an output; nil: they stay in order.
  ///   - inLines: whether each block begins a line.
  ///   - batchNorm: what is folded in.
  init(
    _ bank: FilterBank, block: Int, copies: Int = 1, order: Constants<Int>? = nil, inLines: Bool = false,
    batchNorm: FoldedBatchNorm? = nil, _ micro: MicroKernels
  ) {
    outputsPerGroup = bank.outputs / bank.groups
    blocksPerGroup = ceilDivide(outputsPerGroup, block)
    let floats = bank.depth * block * copies
    pitch = inLines ? ceilDivide(floats, 16) * 16 : floats
    (self.block, depth) = (block, bank.depth)
    let blocks = bank.groups * blocksPerGroup
    let values = Constants(zeros: blocks * pitch)
    let sums = Constants(zeros: blocks * block)
    (self.values, bias) = (values, sums)
    let (perGroup, blocksPerGroup, pitch) = (outputsPerGroup, blocksPerGroup, pitch)
    packed =
      Packing([values.memory, sums.memory], tiles: blocks) { tile in
        let first = tile / blocksPerGroup * perGroup + tile % blocksPerGroup * block
        let last = tile / blocksPerGroup * perGroup + perGroup
        let target = BlockTarget(values.target + tile * pitch, block: block, copies: copies, order: order)
        target.fill(bank, first..<min(last, first + block), batchNorm, micro)
        for o in first..<min(last, first + block) {
          let (scale, shift) = batchNorm?[o] ?? (1, 0)
          sums.target[tile * block + o - first] = (bank.bias?.pointer[o] ?? 0) * scale + shift
        }
      }.packed
  }

  func weights(_ group: Int, _ block: Int) -> UnsafePointer<Float> {
    values.pointer + (group * blocksPerGroup + block) * pitch
  }

  func bias(_ group: Int, _ block: Int) -> UnsafePointer<Float> {
    bias.pointer + (group * blocksPerGroup + block) * self.block
  }

  /// Output channels that a block really has.
  func width(_ block: Int) -> Int { min(self.block, outputsPerGroup - block * self.block) }

  var bytes: Int { values.count * 4 }
}

/// Where a block of outputs is packed.
private struct BlockTarget {
  private let values: UnsafeMutablePointer<Float>
  private let (block, copies): (Int, Int)
  private let order: Constants<Int>?

  /// Weights of an output that are packed before the next output's: their lines stay in the nearest cache.
  private static let run = 64

  init(_ values: UnsafeMutablePointer<Float>, block: Int, copies: Int, order: Constants<Int>?) {
    (self.values, self.block, self.copies, self.order) = (values, block, copies, order)
  }

  func fill(_ bank: FilterBank, _ outputs: Range<Int>, _ batchNorm: FoldedBatchNorm?, _ micro: MicroKernels) {
    if copies == 1, bank.places == nil, batchNorm == nil, block <= Self.mostReordered || order == nil {
      return order.map { reorder(bank, outputs, $0, micro) }
        ?? transpose(bank, outputs, 0..<bank.depth, to: values, micro)
    }
    for start in stride(from: 0, to: bank.depth, by: Self.run) {
      let range = start..<min(bank.depth, start + Self.run)
      for o in outputs {
        fill(bank, o, range, lane: o - outputs.lowerBound, times: batchNorm?[o].scale ?? 1)
      }
    }
  }

  /// Most weights are a matrix whose rows become columns.
  private func transpose(
    _ bank: FilterBank, _ outputs: Range<Int>, _ weights: Range<Int>, to target: UnsafeMutablePointer<Float>,
    _ micro: MicroKernels
  ) {
    var work = Transpose(input: bank.filter(outputs.lowerBound) + weights.lowerBound, output: target)
    (work.rows, work.inputStride) = (outputs.count, bank.pitch)
    (work.columns, work.outputStride) = (weights.count, block)
    micro.run(&work)
  }

  /// The largest block whose columns are put in another order.
  private static var mostReordered: Int { 32 }

  /// Columns are put in their places, some of them at a time.
  private func reorder(
    _ bank: FilterBank, _ outputs: Range<Int>, _ order: Constants<Int>, _ micro: MicroKernels
  ) {
    let (together, lanes) = (16, block)
    var columns = InlineArray<512, Float>(repeating: 0)
    withUnsafeMutableBytes(of: &columns) { bytes in
      let scratch = UnsafeMutablePointer(bytes.assumingMemoryBound(to: Float.self).baseAddress ?? values)
      for start in stride(from: 0, to: bank.depth, by: together) {
        let range = start..<min(bank.depth, start + together)
        transpose(bank, outputs, range, to: scratch, micro)
        for k in range {
          (values + order.pointer[k] * lanes).update(from: scratch + (k - start) * lanes, count: lanes)
        }
      }
    }
  }

  private func fill(_ bank: FilterBank, _ output: Int, _ range: Range<Int>, lane: Int, times factor: Float) {
    let (filter, order) = (bank.filter(output), order?.pointer)
    for k in range {
      let value = filter[bank.place(k)] * factor
      let at = ((order?[k] ?? k) &* block &+ lane) &* copies
      for copy in 0..<copies { values[at &+ copy] = value }
    }
  }
}

extension Epilogue {
  /// What convolutions fuse: nothing after an activation of their own.
  static func of(_ conv: Conv2D) -> Set<Epilogue> {
    conv.activation == .none ? [.batchNorm, .residual, .activation] : []
  }
}
