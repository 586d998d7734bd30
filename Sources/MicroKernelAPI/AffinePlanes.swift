/// `out[p][i] = in[p][i] · scales[p] + shifts[p]` over `planes` runs of `count` values, one after the other. Input and output may
/// be the same memory.
public struct AffinePlanes: MicroKernelCall {
  public var input: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var planes = 1
  public var count = 0
  public var scales: UnsafePointer<Float>
  public var shifts: UnsafePointer<Float>

  public init(
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, scales: UnsafePointer<Float>,
    shifts: UnsafePointer<Float>
  ) {
    self.input = input
    self.output = output
    self.scales = scales
    self.shifts = shifts
  }

  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.affinePlanes(work)
  }
}
