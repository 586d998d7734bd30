/// The gradient of a normalisation's input over `planes` runs of `count` values, one after the other:
/// `out[p][i] = scales[p] · (gradient[p][i] − shifts[p]) + slopes[p] · (in[p][i] − centers[p])`.
public struct NormGradient: MicroKernelCall {
  /// The first run; the others follow it.
  public var input: UnsafePointer<Float>
  /// As `input`.
  public var gradient: UnsafePointer<Float>
  /// Where the first result goes, memory of its own.
  public var output: UnsafeMutablePointer<Float>
  /// Runs.
  public var planes = 1
  /// Values of a run.
  public var count = 0
  /// What is subtracted from the values of each run.
  public var centers: UnsafePointer<Float>
  /// Factors of what remains of them.
  public var slopes: UnsafePointer<Float>
  /// What is subtracted from the gradient of each run.
  public var shifts: UnsafePointer<Float>
  /// Factors of what remains of it.
  public var scales: UnsafePointer<Float>

  /// One run of no values, until `planes` and `count` are set.
  public init(
    input: UnsafePointer<Float>, gradient: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
    centers: UnsafePointer<Float>, slopes: UnsafePointer<Float>, shifts: UnsafePointer<Float>,
    scales: UnsafePointer<Float>
  ) {
    self.input = input
    self.gradient = gradient
    self.output = output
    self.centers = centers
    self.slopes = slopes
    self.shifts = shifts
    self.scales = scales
  }

  /// Calls `code.normGradient`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.normGradient(work)
  }
}
