import Tensors

/// Mean or maximum of every plane: N×C×H×W to N×C×1×1.
/// - Cost: HW − 1 additions or comparisons per plane, and a division for the mean.
public struct GlobalPool: Spelled {
  /// The word in a workload text.
  public static let keyword = "globalpool"
  /// The mean that ends a residual network.
  public static let examples = ["globalpool:type=avg@1x256x14x14"]
  /// True of the maximum; a mean divides.
  public var isExactOnIntegers: Bool { kind == .max }
  /// Maximum or mean.
  public var kind: Pool2D.Kind

  /// The window is the whole plane.
  public init(_ kind: Pool2D.Kind) { self.kind = kind }

  /// Reads `type`.
  public init(_ a: inout Attributes) throws(OperatorError) { kind = try a.word("type", default: .avg) }

  /// `type`.
  public var attributes: [Attribute] { [Attribute("type", kind.rawValue)] }

  /// N×C×1×1.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    let input = try images(inputs, keyword)
    return [TensorType(input.n, input.c, 1, 1)]
  }

  /// HW − 1 operations for each plane, one more for the mean.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let output = try output(inputs)
    let perPlane = inputs[0].plane - 1 + (kind == .avg ? 1 : 0)
    return Cost(others: output.count * perPlane, inputs: inputs, weights: [], outputs: [output])
  }
}
