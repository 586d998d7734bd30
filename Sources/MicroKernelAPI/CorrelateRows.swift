/// Sums of products of rows of a gradient with rows of an image, once for each of some offsets:
/// `out[t] = Σ_n Σ_y Σ_x g[n·gradientImage + y·gradientStride + x] · in[n·inputImage + y·inputStride + offsets[t] + x]`.
/// The order of a sum depends on the extents alone. Of the image a row shorter than a vector is read a vector far.
public struct CorrelateRows: MicroKernelCall {
  /// The first row of the first image.
  public var input: UnsafePointer<Float>
  /// From a row of the image to the next, in floats.
  public var inputStride = 0
  /// From an image to the next, in floats.
  public var inputImage = 0
  /// The first row of the first image's gradient.
  public var gradient: UnsafePointer<Float>
  /// From a row of the gradient to the next, in floats.
  public var gradientStride = 0
  /// From an image's gradient to the next, in floats.
  public var gradientImage = 0
  /// Where the gradient ends: nothing is read from there on.
  public var gradientEnd: UnsafePointer<Float>
  /// Images.
  public var images = 1
  /// Rows of each.
  public var rows = 0
  /// Values of each row.
  public var count = 0
  /// Of the image's rows, one for each result.
  public var offsets: UnsafePointer<Int>
  /// Results.
  public var taps = 0
  /// The first result.
  public var output: UnsafeMutablePointer<Float>
  /// Whether the sums are added to what is there.
  public var adds = false

  /// No rows, until extents and strides are set.
  public init(
    input: UnsafePointer<Float>, gradient: UnsafePointer<Float>, gradientEnd: UnsafePointer<Float>,
    offsets: UnsafePointer<Int>, output: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.gradient = gradient
    self.gradientEnd = gradientEnd
    self.offsets = offsets
    self.output = output
  }

  /// Calls `code.correlateRows`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.correlateRows(work)
  }
}
