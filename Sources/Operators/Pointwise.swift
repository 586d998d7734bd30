import Tensors

/// Batch normalisation at inference: `out = (in − mean[c]) / √(variance[c] + 1e−5) · scale[c] + shift[c]`.
/// - Cost: folded to one multiplication and one addition per element; 2·C parameters.
/// - Source: Ioffe & Szegedy 2015, arXiv:1502.03167.
public struct BatchNorm: Operator {
  public static let keyword = "batchnorm"
  public static let epsilon: Float = 1e-5

  public init() {}
  public init(_ a: inout Attributes) throws(OperatorError) {}
  public var attributes: [Attribute] { [] }

  public func outputs(_ inputs: [Shape]) throws(OperatorError) -> [Shape] {
    guard inputs.count == 1, inputs[0].rank >= 2 else {
      throw OperatorError("batchnorm takes 1 input of rank 2 or more")
    }
    return inputs
  }

  public func weights(_ inputs: [Shape]) throws(OperatorError) -> [Weight] {
    let channels = Shape(inputs[0].c)
    return [
      Weight("weight", channels, .scale), Weight("bias", channels, .shift), Weight("mean", channels, .mean),
      Weight("variance", channels, .variance),
    ]
  }

  public func cost(_ inputs: [Shape]) throws(OperatorError) -> Cost {
    let outputs = try outputs(inputs)
    return Cost(others: 2 * inputs[0].count, inputs: inputs, weights: try weights(inputs), outputs: outputs)
  }
}

/// Element-wise sum of two tensors of one shape. One addition per element.
public struct Add: Operator {
  public static let keyword = "add"
  public var isExactOnIntegers: Bool { true }
  public init() {}
  public init(_ a: inout Attributes) throws(OperatorError) {}
  public var attributes: [Attribute] { [] }
  public var inputCount: Int { 2 }

  public func inputs(for shape: Shape) throws(OperatorError) -> [Shape] { [shape, shape] }

  public func outputs(_ inputs: [Shape]) throws(OperatorError) -> [Shape] {
    guard inputs.count == 2, inputs[0] == inputs[1] else {
      throw OperatorError(
        "add takes 2 inputs of one shape, not \(inputs.map(\.description).joined(separator: " and "))")
    }
    return [inputs[0]]
  }

  public func cost(_ inputs: [Shape]) throws(OperatorError) -> Cost {
    Cost(others: inputs[0].count, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }
}

/// Multiplies N×C×H×W by a gate: one value per channel (N×C or N×C×1×1) or per pixel (N×1×H×W).
/// One multiplication per element.
public struct Scale: Operator {
  public enum Gate: String, Sendable, CaseIterable {
    case channel, pixel
  }

  public static let keyword = "scale"
  public var isExactOnIntegers: Bool { true }
  public var gate: Gate

  public init(_ gate: Gate) { self.gate = gate }
  public init(_ a: inout Attributes) throws(OperatorError) { gate = try a.word("gate", default: .channel) }
  public var attributes: [Attribute] { [Attribute("gate", gate.rawValue)] }
  public var inputCount: Int { 2 }

  public func inputs(for shape: Shape) throws(OperatorError) -> [Shape] {
    let images = try images([shape], keyword)
    return [
      images, gate == .channel ? Shape(images.n, images.c, 1, 1) : Shape(images.n, 1, images.h, images.w),
    ]
  }

  public func outputs(_ inputs: [Shape]) throws(OperatorError) -> [Shape] {
    guard inputs.count == 2 else {
      throw OperatorError("scale takes an image and a gate, not \(inputs.count) inputs")
    }
    let expected = try self.inputs(for: inputs[0])[1]
    guard inputs[1] == expected || (gate == .channel && inputs[1] == Shape(expected.n, expected.c)) else {
      throw OperatorError(
        "scale of \(inputs[0]) by \(gate.rawValue) takes a gate of \(expected), not \(inputs[1])")
    }
    return [inputs[0]]
  }

  public func cost(_ inputs: [Shape]) throws(OperatorError) -> Cost {
    Cost(others: inputs[0].count, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }
}

/// Joins tensors along the channels. No arithmetic.
public struct Concat: Operator {
  public static let keyword = "concat"
  public var isExactOnIntegers: Bool { true }
  public var count: Int

  public init(_ count: Int) {
    precondition(count > 0, "a concatenation of \(count) tensors")
    self.count = count
  }

  public init(_ a: inout Attributes) throws(OperatorError) {
    count = try a.int("n", default: 2)
    guard count <= 64 else { throw OperatorError("n=\(count) in concat must be at most 64") }
  }
  public var attributes: [Attribute] { [Attribute("n", count)] }
  public var inputCount: Int { count }

  public func inputs(for shape: Shape) throws(OperatorError) -> [Shape] {
    Array(repeating: try images([shape], keyword), count: count)
  }

  public func outputs(_ inputs: [Shape]) throws(OperatorError) -> [Shape] {
    guard inputs.count == count, let first = inputs.first,
      inputs.allSatisfy({ $0.rank == 4 && $0.n == first.n && $0.h == first.h && $0.w == first.w })
    else {
      throw OperatorError("concat takes \(count) inputs that differ in their channels only")
    }
    return [try shape([first.n, inputs.reduce(0) { $0 + $1.c }, first.h, first.w])]
  }

  public func cost(_ inputs: [Shape]) throws(OperatorError) -> Cost {
    Cost(others: 0, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }
}
