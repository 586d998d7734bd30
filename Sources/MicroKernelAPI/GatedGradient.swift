/// The gradient of what gates multiply, for `count` pixels of `planes` planes. With
/// - P = `c is places[p] ? tops[p] : shares[p]`, which is what a pixel's gate was computed from, and
/// - Q = `planeShares[c] / divisor + (p is planeSpots[c] ? planeTops[c] : 0)`, which is what a channel's gate was computed from,
///
/// it is `gradient · planeGates[c] + Q`, `gradient · gates[p] + P`, or as `Order` says where there are both gates.
public struct GatedGradient: MicroKernelCall {
  /// How both gates were applied.
  public enum Order: Sendable {
    /// `(gradient · gates[p] + P) · planeGates[c] + Q`: channels were multiplied first.
    case channelsFirst
    /// `(gradient · planeGates[c] + Q) · gates[p] + P`: pixels were multiplied first.
    case pixelsFirst
    /// `gradient · gates[p] · planeGates[c] + P + Q`: both gates were computed from the input.
    case together
  }

  /// The first pixel of the first plane.
  public var gradient: UnsafePointer<Float>
  /// As `gradient`, memory of its own.
  public var output: UnsafeMutablePointer<Float>
  /// Planes.
  public var planes = 1
  /// From a plane to the next, in floats.
  public var planeStride = 0
  /// Pixels of each plane.
  public var count = 0
  /// Number of the first plane among the channels.
  public var firstPlane = 0
  /// Number of the first pixel in its plane.
  public var firstPixel = 0
  /// Which gate comes first.
  public var order = Order.channelsFirst
  /// A factor for each pixel; with it come `shares`, `tops` and `places`.
  public var gates: UnsafePointer<Float>?
  /// An addend for each pixel.
  public var shares: UnsafePointer<Float>?
  /// The addend for one channel of each pixel.
  public var tops: UnsafePointer<Float>?
  /// The channel of each pixel that gets the other addend.
  public var places: UnsafePointer<Int32>?
  /// A factor for each plane.
  public var planeGates: UnsafePointer<Float>?
  /// An addend for each plane, before it is divided; read only with the plane's gates.
  public var planeShares: UnsafePointer<Float>?
  /// What the planes' shares are divided by.
  public var divisor: Float = 1
  /// An addend for one pixel of each plane; read only with the plane's gates.
  public var planeTops: UnsafePointer<Float>?
  /// The pixel of each plane that gets the addend.
  public var planeSpots: UnsafePointer<Int32>?

  /// No pixels, until extents and gates are set.
  public init(gradient: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
    self.gradient = gradient
    self.output = output
  }

  /// Calls `code.gatedGradient`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.gatedGradient(work)
  }
}
