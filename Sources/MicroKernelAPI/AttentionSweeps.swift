/// Sum and maximum of `count` contiguous values, each multiplied by `gates[i]` first if there are gates.
/// A NaN anywhere makes both NaN.
public struct PlaneStatistics {
  public var input: UnsafePointer<Float>
  public var gates: UnsafePointer<Float>?
  public var count = 0
  /// Where the two results go; either may be nil.
  public var sumTarget: UnsafeMutablePointer<Float>?
  public var maximumTarget: UnsafeMutablePointer<Float>?
  /// The sum is divided by this before it is stored.
  public var divisor: Float = 1

  public init(input: UnsafePointer<Float>) { self.input = input }
}

/// Maximum and mean over channels of `count` neighbouring pixels, each channel multiplied by `gates[c]` first if
/// there are gates: `max_c g[c]·x[c][p]` and `(Σ_c g[c]·x[c][p]) / channels`.
public struct PixelStatistics {
  public var input: UnsafePointer<Float>
  public var channels = 0
  public var channelStride = 0
  public var gates: UnsafePointer<Float>?
  public var count = 0
  public var maximum: UnsafeMutablePointer<Float>
  public var mean: UnsafeMutablePointer<Float>

  public init(
    input: UnsafePointer<Float>, maximum: UnsafeMutablePointer<Float>, mean: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.maximum = maximum
    self.mean = mean
  }
}

/// `out[i] = (in[i] · gate) · gates[i]` over `count` contiguous values, without the second product if there are no
/// gates; `pixelFirst` takes the products in the other order.
public struct Gate {
  public var input: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var count = 0
  public var gate: Float = 1
  public var gates: UnsafePointer<Float>?
  public var pixelFirst = false

  public init(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
    self.input = input
    self.output = output
  }
}

/// One operation over `count` contiguous values.
public struct Elementwise {
  public enum Operation: Sendable {
    case relu
    /// `1 / (1 + exp(−x))`.
    case sigmoid
    /// `x + second`.
    case add
    /// `x · scale + shift`.
    case affine
    case copy
  }

  public var operation: Operation
  public var input: UnsafePointer<Float>
  public var second: UnsafePointer<Float>?
  public var output: UnsafeMutablePointer<Float>
  public var count = 0
  public var scale: Float = 1
  public var shift: Float = 0

  public init(
    _ operation: Operation, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, count: Int
  ) {
    self.operation = operation
    self.input = input
    self.output = output
    self.count = count
  }
}
