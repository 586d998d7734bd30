import Tensors

/// How the elements of a tensor lie in memory.
public struct Layout: Sendable, Hashable, CustomStringConvertible {
  /// Channels that are neighbours, innermost; nil: whole planes, one channel after the other.
  public let channelBlock: Int?

  /// N, C, H, W, innermost last.
  public static let nchw = Layout(channelBlock: nil)

  /// N, ⌈C/block⌉, H, W, block: channels in blocks, the last one filled up.
  public static func blocked(_ block: Int) -> Layout {
    precondition(block > 1, "a block of \(block) channels")
    return Layout(channelBlock: block)
  }

  private init(channelBlock: Int?) { self.channelBlock = channelBlock }

  /// Elements that a tensor takes, with those that fill up its last block.
  public func count(_ type: TensorType) -> Int {
    guard let block = channelBlock, type.rank >= 2 else { return type.count }
    return type.n * ((type.c + block - 1) / block * block) * type.plane
  }

  /// `nchw`, `nchw16c`.
  public var description: String { channelBlock.map { "nchw\($0)c" } ?? "nchw" }
}
