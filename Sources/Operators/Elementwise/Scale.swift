import Tensors

/// Multiplies N×C×H×W by a gate: one value per channel (N×C or N×C×1×1) or per pixel (N×1×H×W).
/// One multiplication per element.
public struct Scale: Spelled {
  /// What one value of the gate multiplies.
  public enum Gate: String, Sendable, CaseIterable {
    /// A whole plane, or one pixel of every plane.
    case channel, pixel
  }

  /// The word in a workload text.
  public static let keyword = "scale"
  /// A gate for each channel, whose shape follows, and one for each pixel, whose shape is given.
  public static let examples = ["scale:gate=channel@1x64x28x28", "scale:gate=pixel@1x64x28x28,1x1x28x28"]
  /// A product of two integers is one.
  public var isExactOnIntegers: Bool { true }
  /// What one value of the gate multiplies.
  public var gate: Gate

  /// Takes the image first, then the gate.
  public init(_ gate: Gate) { self.gate = gate }
  /// Reads `gate`.
  public init(_ a: inout Attributes) throws(OperatorError) { gate = try a.word("gate", default: .channel) }
  /// `gate`.
  public var attributes: [Attribute] { [Attribute("gate", gate.rawValue)] }
  /// The image and the gate.
  public var inputCount: Int { 2 }

  /// One shape is the image's; the gate's follows from it.
  public func inputs(for shapes: [Shape]) throws(OperatorError) -> [TensorType] {
    guard shapes.count == 1 else { return try all(shapes).map { TensorType($0) } }
    let images = try images([TensorType(shapes[0])], keyword)
    return [images, gates(images)]
  }

  private func gates(_ images: TensorType) -> TensorType {
    gate == .channel ? TensorType(images.n, images.c, 1, 1) : TensorType(images.n, 1, images.h, images.w)
  }

  /// The type of the image.
  /// - Throws: `OperatorError` if the gate does not fit it.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == 2 else {
      throw OperatorError("scale takes an image and a gate, not \(inputs.count) inputs")
    }
    let expected = gates(try images([inputs[0]], keyword))
    let flat = TensorType(expected.n, expected.c)
    guard inputs[1] == expected || (gate == .channel && inputs[1] == flat) else {
      throw OperatorError(
        "scale of \(inputs[0]) by \(gate.rawValue) takes a gate of \(expected), not \(inputs[1])")
    }
    return [inputs[0]]
  }

  /// One multiplication for each element of the image.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: inputs[0].count, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }
}
