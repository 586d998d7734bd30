/// Sum and maximum of `planes` runs of `count` values, one after the other; each value multiplied by `gates[i]` of its
/// place in the run first if there are gates. A NaN anywhere in a run makes both of its results NaN.
public struct PlaneStatistics: MicroKernelCall {
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

  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.planeStatistics(work)
  }
}
