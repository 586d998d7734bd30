/// `out[p][i] = in[p][i] · scales[p] + shifts[p]` over `planes` runs of `count` values, one after the other. Input and output may
/// be the same memory.
public struct AffinePlanes: MicroKernelCall {
  /// The first run; the others follow it.
  public var input: UnsafePointer<Float>
  /// Where the first result goes; may be `input`.
  public var output: UnsafeMutablePointer<Float>
  /// Runs.
  public var planes = 1
  /// Values of a run.
  public var count = 0
  /// `planes` factors.
  public var scales: UnsafePointer<Float>
  /// `planes` addends.
  public var shifts: UnsafePointer<Float>

  /// One run of no values, until `planes` and `count` are set.
  public init(
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, scales: UnsafePointer<Float>,
    shifts: UnsafePointer<Float>
  ) {
    self.input = input
    self.output = output
    self.scales = scales
    self.shifts = shifts
  }

  /// Calls `code.affinePlanes`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.affinePlanes(work)
  }
}
