import Tensors

/// Mean over windows that divide the image into out×out parts, as `torch.nn.AdaptiveAvgPool2d` does: output row i is the
/// mean of rows ⌊i·H/out⌋ to ⌈(i + 1)·H/out⌉ − 1, columns likewise. The identity if the image has these extents already.
/// - Shapes: `input` N×C×H×W, `output` N×C×out×out.
/// - Cost: one addition or division per element of each window; none where it is the identity.
/// - Error: `≤ (elements of the window) · ε · mean|in|`.
public struct AdaptivePool: Spelled {
  /// The word in a workload text.
  public static let keyword = "adaptivepool"
  /// 14×14 to 7×7: each window has 2×2 elements.
  public static let examples = ["adaptivepool:out=7@1x64x14x14"]
  /// Rows and columns of the output.
  public var extent: Pair

  /// - Precondition: `extent` is positive.
  public init(out extent: Int) {
    precondition(extent > 0, "out \(extent) must be positive")
    self.extent = Pair(extent)
  }

  /// Reads `out`, a number or a pair such as `7x5`.
  public init(_ a: inout Attributes) throws(OperatorError) { extent = try a.pair("out", default: 7) }

  /// `out`.
  public var attributes: [Attribute] { [Attribute("out", extent)] }

  /// N×C×(rows of `extent`)×(columns of `extent`), which may be larger than the input.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    let input = try images(inputs, keyword)
    return [try numbers([input.n, input.c, extent.h, extent.w])]
  }

  /// One operation for each element of each window; windows overlap where the extents do not divide.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let (input, output) = (inputs[0], try output(inputs))
    let elements = try product([
      input.n, input.c, AdaptivePool.covered(input.h, extent.h), AdaptivePool.covered(input.w, extent.w),
    ])
    return Cost(
      others: input == output ? 0 : elements, inputs: inputs, weights: [], outputs: [output])
  }

  /// The windows along one axis.
  public static func windows(_ size: Int, _ outputs: Int) -> [Range<Int>] {
    (0..<outputs).map { window($0, size, outputs) }
  }

  /// Elements of all windows along one axis.
  private static func covered(_ size: Int, _ outputs: Int) -> Int {
    (0..<outputs).reduce(0) { $0 + window($1, size, outputs).count }
  }

  private static func window(_ i: Int, _ size: Int, _ outputs: Int) -> Range<Int> {
    i * size / outputs..<((i + 1) * size + outputs - 1) / outputs
  }
}
