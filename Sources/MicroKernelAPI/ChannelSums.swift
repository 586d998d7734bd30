/// Sums over `runs` runs of `count` values for each of some channels; the order of a sum depends on `runs` and `count` alone.
public struct ChannelSums: MicroKernelCall {
  /// What is added up, x being a value and y the one at the same place in `second`.
  public enum Operation: Sendable {
    /// `x`.
    case values
    /// `(x − center)²`.
    case squares
    /// `x · y`.
    case products
    /// `(x − center) · y`, and `y`.
    case slopes
  }

  /// What is computed.
  public var operation: Operation
  /// The first run of the first channel.
  public var input: UnsafePointer<Float>
  /// As `input`; `values` and `squares` read none.
  public var second: UnsafePointer<Float>?
  /// Channels.
  public var channels = 1
  /// From a channel to the next, in floats.
  public var channelStride = 0
  /// Runs of a channel.
  public var runs = 1
  /// From a run to the next, in floats.
  public var runStride = 0
  /// Values of a run.
  public var count = 0
  /// One for each channel; `values` and `products` read none.
  public var centers: UnsafePointer<Float>?
  /// Where the sum of each channel goes.
  public var sums: UnsafeMutablePointer<Float>
  /// Where the sums of y go that belong to `slopes`.
  public var seconds: UnsafeMutablePointer<Float>?

  /// One run of no values, until extents are set.
  public init(_ operation: Operation, input: UnsafePointer<Float>, sums: UnsafeMutablePointer<Float>) {
    self.operation = operation
    self.input = input
    self.sums = sums
  }

  /// Calls `code.channelSums`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.channelSums(work)
  }
}
