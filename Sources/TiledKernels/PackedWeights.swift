import Kernels
import Operators
import Tensors

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
  private let copies: Int

  /// - Parameters:
  ///   - weight: `[outputs][depth]`.
  ///   - order: the place of each weight of an output; nil: they stay in order.
  init(
    weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?, outputs: Int, groups: Int, depth: Int,
    block: Int, copies: Int = 1, order: [Int]? = nil, batchNorm: (scale: [Float], shift: [Float])?
  ) {
    let perGroup = outputs / groups
    let blocks = ceilDivide(perGroup, block)
    var packed = [Float](repeating: 0, count: groups * blocks * depth * block * copies)
    var sums = [Float](repeating: 0, count: groups * blocks * block)
    for o in 0..<outputs {
      let (g, inGroup) = (o / perGroup, o % perGroup)
      let (b, lane) = (g * blocks + inGroup / block, inGroup % block)
      let factor = batchNorm?.scale[o] ?? 1
      for k in 0..<depth {
        let (at, value) = (
          ((b * depth + (order?[k] ?? k)) * block + lane) * copies, weight[o * depth + k] * factor
        )
        for copy in 0..<copies { packed[at + copy] = value }
      }
      sums[b * block + lane] = (bias?[o] ?? 0) * factor + (batchNorm?.shift[o] ?? 0)
    }
    values = Constants(packed)
    self.bias = Constants(sums)
    self.block = block
    blocksPerGroup = blocks
    outputsPerGroup = perGroup
    self.depth = depth
    self.copies = copies
  }

  func weights(_ group: Int, _ block: Int) -> UnsafePointer<Float> {
    values.pointer + (group * blocksPerGroup + block) * depth * self.block * copies
  }

  func bias(_ group: Int, _ block: Int) -> UnsafePointer<Float> {
    bias.pointer + (group * blocksPerGroup + block) * self.block
  }

  /// Output channels that a block really has.
  func width(_ block: Int) -> Int { min(self.block, outputsPerGroup - block * self.block) }

  var memory: [UnsafeRawBufferPointer] { [values.memory, bias.memory] }

  var bytes: Int { values.count * 4 }
}

extension Epilogue {
  /// What convolutions fuse: nothing after an activation of their own.
  static func of(_ conv: Conv2D) -> Set<Epilogue> {
    conv.activation == .none ? [.batchNorm, .residual, .activation] : []
  }
}
