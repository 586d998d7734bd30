/// Sums over channels for `count` neighbouring pixels, and the channel in which each pixel's value is largest:
/// `sums[p] = Σ_c d[c][p] · values[c][p]`, and `places[p]` is the first channel with the largest of `values[c][p]`, or the first
/// with a NaN. `d[c][p] = gradient[c][p] · gates[c] + shares[c] / divisor + (p is spots[c] ? tops[c] : 0)`; without gates it is
/// the gradient itself, without a gradient 1.
public struct PixelGateGradient: MicroKernelCall {
  /// The first pixel of the first channel.
  public var values: UnsafePointer<Float>
  /// As `values`; nil: the values are added up themselves.
  public var gradient: UnsafePointer<Float>?
  /// Channels.
  public var channels = 0
  /// From a channel to the next, in floats.
  public var channelStride = 0
  /// Pixels.
  public var count = 0
  /// A factor for each channel.
  public var gates: UnsafePointer<Float>?
  /// An addend for each channel, before it is divided; read only with gates.
  public var shares: UnsafePointer<Float>?
  /// What shares are divided by.
  public var divisor: Float = 1
  /// An addend for one pixel of each channel; read only with gates.
  public var tops: UnsafePointer<Float>?
  /// The pixel of each channel that gets the addend, counted from `firstPixel` pixels before the first one.
  public var spots: UnsafePointer<Int32>?
  /// Number of the first pixel.
  public var firstPixel = 0
  /// Number of the first channel.
  public var firstChannel = 0
  /// Where the sums go; nil: nobody needs them.
  public var sums: UnsafeMutablePointer<Float>?
  /// Where the numbers of channels go; nil: nobody needs them.
  public var places: UnsafeMutablePointer<Int32>?
  /// Where the largest values go, if the places do.
  public var largest: UnsafeMutablePointer<Float>?
  /// What is given as places instead of the numbers of channels: as many as there are values, as far apart; only without a gradient.
  public var names: UnsafePointer<Int32>?

  /// No pixels, until extents and results are set.
  public init(values: UnsafePointer<Float>) { self.values = values }

  /// Calls `code.pixelGateGradient`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.pixelGateGradient(work)
  }
}
