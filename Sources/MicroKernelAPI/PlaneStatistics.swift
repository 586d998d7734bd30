/// Sum and maximum of `planes` runs of `count` values, one after the other; each value multiplied by `gates[i]` of its
/// place in the run first if there are gates. A NaN anywhere in a run makes both of its results NaN.
public struct PlaneStatistics: MicroKernelCall {
  /// The first run; the others follow it.
  public var input: UnsafePointer<Float>
  /// `count` factors, the same for each run.
  public var gates: UnsafePointer<Float>?
  /// Runs.
  public var planes = 1
  /// Values of a run.
  public var count = 0
  /// Where the sum of the first run goes; nil: nobody needs it.
  public var sum: UnsafeMutablePointer<Float>?
  /// Where the maximum of the first run goes; nil: nobody needs it.
  public var maximum: UnsafeMutablePointer<Float>?
  /// From the results of one run to those of the next.
  public var targetStride = 1
  /// Sums are divided by this before they are stored.
  public var divisor: Float = 1
  /// `MicroKernels.scratch` floats.
  public var scratch: UnsafeMutablePointer<Float>

  /// One run of no values, until extents and results are set.
  public init(input: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>) {
    self.input = input
    self.scratch = scratch
  }

  /// Calls `code.planeStatistics`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.planeStatistics(work)
  }
}
