/// The gradients of pools whose window is the plane, for `planes` planes of `count` values, one after the other. That of a maximum
/// goes to the first place of its largest value, or to its last NaN; others get 0. That of a mean, divided, goes to all.
public struct PlanePoolGradient: MicroKernelCall {
  /// The first plane of a maximum; nil: a mean.
  public var input: UnsafePointer<Float>?
  /// One value for each plane.
  public var gradient: UnsafePointer<Float>
  /// The first plane.
  public var output: UnsafeMutablePointer<Float>
  /// Planes.
  public var planes = 1
  /// Values of a plane, at least one.
  public var count = 0
  /// What a mean's gradient is divided by.
  public var divisor: Float = 1

  /// One plane of no values, until extents are set.
  public init(gradient: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
    self.gradient = gradient
    self.output = output
  }

  /// Calls `code.planePoolGradient`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.planePoolGradient(work)
  }
}
