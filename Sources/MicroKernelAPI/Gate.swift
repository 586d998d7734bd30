/// `out[n][p][i] = (in[n][p][i] · planeGates[n][p]) · gates[n][i]` over `images` of `planes` runs of `count` values, one after
/// the other; a factor without its array is left out. `gatesFirst` takes the products in the other order. Then
/// `residual[n][p][i]` is added, if there is one, and ReLU follows, if it is asked for. The output is memory of its own.
public struct Gate: MicroKernelCall {
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

  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.gate(work)
  }
}
