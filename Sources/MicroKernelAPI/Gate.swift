/// `out[n][p][i] = (in[n][p][i] · planeGates[n][p]) · gates[n][i]` over `images` of `planes` runs of `count` values, one after
/// the other; a factor without its array is left out. `gatesFirst` takes the products in the other order. Then
/// `residual[n][p][i]` is added, if there is one, and ReLU follows, if it is asked for. The output is memory of its own.
public struct Gate: MicroKernelCall {
  /// The first run; the others follow it.
  public var input: UnsafePointer<Float>
  /// Where the first result goes.
  public var output: UnsafeMutablePointer<Float>
  /// Images, each with gates of its own.
  public var images = 1
  /// Runs of an image.
  public var planes = 1
  /// Values of a run.
  public var count = 0
  /// A factor for each run of each image.
  public var planeGates: UnsafePointer<Float>?
  /// `count` factors for each image.
  public var gates: UnsafePointer<Float>?
  /// Whether `gates` are multiplied before `planeGates`.
  public var gatesFirst = false
  /// As many values as the input.
  public var residual: UnsafePointer<Float>?
  /// Whether ReLU comes last.
  public var relu = false

  /// No factor, until some are set: a copy.
  public init(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
    self.input = input
    self.output = output
  }

  /// Calls `code.gate`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.gate(work)
  }
}
