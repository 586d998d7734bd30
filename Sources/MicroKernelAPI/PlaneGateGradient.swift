/// Sums over `planes` planes of `count` values, one after the other, and the pixel at which each plane's value is largest:
/// `sums[c] = Σ_p d[c][p] · values[c][p]`, and `spots[c]` is the first pixel with the largest of `values[c][p]`, or the last with a
/// NaN. `d[c][p] = gradient[c][p] · gates[p] + (c is places[p] ? tops[p] : shares[p])`; what has no array is left out.
public struct PlaneGateGradient: MicroKernelCall {
  /// The first plane.
  public var values: UnsafePointer<Float>
  /// As `values`.
  public var gradient: UnsafePointer<Float>
  /// Planes.
  public var planes = 1
  /// Values of a plane, at least one.
  public var count = 0
  /// Number of the first plane among the channels.
  public var firstPlane = 0
  /// A factor for each pixel.
  public var gates: UnsafePointer<Float>?
  /// An addend for each pixel; read only with gates.
  public var shares: UnsafePointer<Float>?
  /// Addends for one channel of each pixel, where there are shares.
  public var tops: UnsafePointer<Float>?
  /// The channel of each pixel that gets the other addend.
  public var places: UnsafePointer<Int32>?
  /// Where the sums go.
  public var sums: UnsafeMutablePointer<Float>
  /// Where the numbers of pixels go; nil: nobody needs them.
  public var spots: UnsafeMutablePointer<Int32>?

  /// One plane of no values, until extents are set.
  public init(
    values: UnsafePointer<Float>, gradient: UnsafePointer<Float>, sums: UnsafeMutablePointer<Float>
  ) {
    self.values = values
    self.gradient = gradient
    self.sums = sums
  }

  /// Calls `code.planeGateGradient`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.planeGateGradient(work)
  }
}
