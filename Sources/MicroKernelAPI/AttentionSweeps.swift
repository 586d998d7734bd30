/// Sum and maximum of `planes` runs of `count` values, one after the other; each value multiplied by `gates[i]` of its
/// place in the run first if there are gates. A NaN anywhere in a run makes both of its results NaN.
public struct PlaneStatistics {
  public var input: UnsafePointer<Float>
  public var gates: UnsafePointer<Float>?
  public var planes = 1
  public var count = 0
  /// Where the results of the first run go; either may be nil.
  public var sum: UnsafeMutablePointer<Float>?
  public var maximum: UnsafeMutablePointer<Float>?
  /// From the results of one run to those of the next.
  public var targetStride = 1
  /// Sums are divided by this before they are stored.
  public var divisor: Float = 1
  /// `MicroKernels.scratch` floats.
  public var scratch: UnsafeMutablePointer<Float>

  public init(input: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>) {
    self.input = input
    self.scratch = scratch
  }
}

/// Maximum and sum over channels of `count` neighbouring pixels, each channel multiplied by `gates[c]` first if
/// there are gates: `max_c g[c]·x[c][p]` and `(Σ_c g[c]·x[c][p]) / divisor`. The same for several images, whose gates follow
/// each other.
public struct PixelStatistics {
  public var input: UnsafePointer<Float>
  public var images = 1
  /// From an image to the next.
  public var imageStride = 0
  public var targetStride = 0
  public var channels = 0
  public var channelStride = 0
  public var gates: UnsafePointer<Float>?
  public var count = 0
  /// Either may be nil.
  public var maximum: UnsafeMutablePointer<Float>?
  public var sum: UnsafeMutablePointer<Float>?
  public var divisor: Float = 1

  public init(input: UnsafePointer<Float>) { self.input = input }
}

/// `out[n][p][i] = (in[n][p][i] · planeGates[n][p]) · gates[n][i]` over `images` of `planes` runs of `count` values, one after
/// the other; a factor without its array is left out. `gatesFirst` takes the products in the other order. Then
/// `residual[n][p][i]` is added, if there is one, and ReLU follows, if it is asked for. The output is memory of its own.
public struct Gate {
  public var input: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var images = 1
  public var planes = 1
  public var count = 0
  public var planeGates: UnsafePointer<Float>?
  public var gates: UnsafePointer<Float>?
  public var gatesFirst = false
  public var residual: UnsafePointer<Float>?
  public var relu = false

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
    /// `min(max(x, 0), 6)`.
    case relu6
    /// `x / (1 + exp(−x))`.
    case silu
    /// `min(max(x + 3, 0), 6) / 6`.
    case hardSigmoid
    /// `x · min(max(x + 3, 0), 6) / 6`.
    case hardSwish
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
