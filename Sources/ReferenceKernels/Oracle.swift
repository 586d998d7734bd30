import Kernels
import Operators
import Tensors

/// The formulas in `Double` with error bounds: what every other kernel must agree with.
///
/// Elements of all outputs are numbered one after the other. Tensors that are not of single precision are exact.
public struct Oracle {
  private let outputs: [Output]

  /// One output: its values, and the bounds of those that are rounded.
  private enum Output {
    case rounded(values: Tensor<Double>, bounds: Tensor<Double>, rows: Int)
    case exact(any AnyTensor)

    var count: Int {
      switch self {
      case .rounded(let values, _, _): values.count
      case .exact(let tensor): tensor.shape.count
      }
    }

    /// That hold values.
    var rows: Int {
      switch self {
      case .rounded(_, _, let rows): rows
      case .exact(let tensor): tensor.rows.pointee
      }
    }
  }

  /// How the bound of an error grows with the layers that sum up products one after the other.
  public enum Growth: Sendable {
    /// No error is larger.
    case worstCase
    /// Hardly any error is larger: see `Likely`.
    case probable
  }

  /// Layers beyond which a bound for the worst case is larger than most results: every layer multiplies it by Σ|x| : |Σx|.
  static let deepest = 8

  /// What suits an operator, by its depth.
  public static func growth(_ op: any Operator, _ inputs: [TensorType]) throws(OperatorError) -> Growth {
    try op.stages(inputs).depth > deepest ? .probable : .worstCase
  }

  /// - Parameter types: of the inputs, where some are bounded; a tensor does not know.
  /// - Throws: `OperatorError` if a part has no formula or a weight is missing, `MemoryError`.
  public init(
    _ op: any Operator, _ inputs: [any AnyTensor], types: [TensorType]? = nil, weights: Weights<Float>
  ) throws {
    let types = types ?? inputs.map { $0.type }
    switch try Oracle.growth(op, types) {
    case .worstCase: outputs = try Oracle.compute(Bounded.self, op, inputs, types, weights)
    case .probable: outputs = try Oracle.compute(Likely.self, op, inputs, types, weights)
    }
  }

  private static func compute<A: Exact>(
    _ number: A.Type, _ op: any Operator, _ inputs: [any AnyTensor], _ types: [TensorType],
    _ weights: Weights<Float>
  ) throws -> [Output] {
    let program = try ReferenceProgram(op, types, of: A.self)
    let given = try inputs.map { try NumberTensor<A>($0) }
    let scratch = try Tensor<UInt64>(Shape(program.scratch / 8 + 1))
    let results = try op.outputs(types).map { try NumberTensor<A>($0) }
    let held = try program.held(weights, of: A.self)
    let steps = program.steps(
      given.map { $0.place }, weights: weights, held, outputs: results.map { $0.place },
      scratch: UnsafeMutableRawPointer(scratch.pointer), of: A.self)
    withExtendedLifetime((given, scratch, weights, held)) { for step in steps { step() } }
    return try results.map { result in
      switch result {
      case .numbers(let numbers):
        .rounded(
          values: try numbers.map { $0.value }, bounds: try numbers.map { $0.bound },
          rows: numbers.rows.pointee)
      case .others(let tensor): .exact(tensor)
      }
    }
  }

  /// Bytes that an oracle takes while it computes, and those of its answer, which stay.
  public static func memory(_ op: any Operator, _ inputs: [TensorType]) throws(OperatorError) -> (
    computing: Int, answer: Int
  ) {
    switch try growth(op, inputs) {
    case .worstCase: try memory(Bounded.self, op, inputs)
    case .probable: try memory(Likely.self, op, inputs)
    }
  }

  private static func memory<A: Exact>(
    _ number: A.Type, _ op: any Operator, _ inputs: [TensorType]
  ) throws(OperatorError) -> (computing: Int, answer: Int) {
    let outputs = try op.outputs(inputs)
    let results = outputs.reduce(0) { $0 + $1.bytes(of: A.self) }
    let given = inputs.reduce(0) { $0 + $1.bytes(of: A.self) }
    let answer = outputs.reduce(0) { sum, type in
      sum + (type.element == .float32 ? 2 * MemoryLayout<Double>.stride * type.count : type.bytes)
    }
    let scratch = try ReferenceProgram(op, inputs, of: A.self).scratch
    return (max(given + scratch + results, results + answer), answer)
  }

  /// Elements of all outputs.
  public var count: Int { outputs.reduce(0) { $0 + $1.count } }

  /// The expected value of an element.
  public func value(_ i: Int) -> Double {
    let (output, element) = place(i)
    switch outputs[output] {
    case .rounded(let values, _, _): return values.pointer[element]
    case .exact(let tensor): return tensor.number(element)
    }
  }

  /// How far a kernel may be from it.
  /// - Parameter growth: how many times as large as the formula's the kernel's errors may be. Above 1 it transforms: what is
  ///   large in a part of an image leaves errors around it, so that the largest bound of a plane holds for all of it.
  public func bound(_ i: Int, growth: Double = 1) -> Double {
    let (output, element) = place(i)
    switch outputs[output] {
    case .rounded(_, let bounds, _): return Bounds.bound(bounds, growth, element)
    case .exact: return 0
    }
  }

  /// Which element of which output bears a number.
  private func place(_ i: Int) -> (output: Int, element: Int) {
    var first = 0
    for (output, item) in outputs.enumerated() {
      if i < first + item.count { return (output, i - first) }
      first += item.count
    }
    preconditionFailure("element \(i) of \(first)")
  }

  /// The first output of a kernel of which not as many rows hold values as expected, and how many do.
  public func wrongRows(_ actual: [any AnyTensor]) -> (output: Int, found: Int, expected: Int)? {
    for (index, (found, expected)) in zip(actual, outputs).enumerated() {
      let (found, expected) = (found.rows.pointee, expected.rows)
      if found != expected { return (index, found, expected) }
    }
    return nil
  }

  /// Compares the outputs of a kernel; of bounded ones only the rows that hold values.
  /// - Parameter growth: how many times as large as the formula's the kernel's errors may be, as for `bound`.
  public func compare(_ actual: [any AnyTensor], growth: Double = 1) -> Agreement {
    precondition(actual.count == outputs.count, "\(actual.count) outputs against \(outputs.count)")
    var result = Agreement()
    var first = 0
    for (found, expected) in zip(actual, outputs) {
      precondition(
        found.shape.count == expected.count, "\(found.shape.count) elements against \(expected.count)")
      result.add(Oracle.compare(found, expected, growth), from: first)
      first += expected.count
    }
    return result
  }

  private static func compare(_ found: any AnyTensor, _ expected: Output, _ growth: Double) -> Agreement {
    switch expected {
    case .rounded(let values, let bounds, let rows):
      let count = values.shape.isEmpty ? 0 : values.count / values.shape.n * rows
      guard let numbers = found as? Tensor<Float>, numbers.rows.pointee == rows else {
        return .differing(count)
      }
      let allowed = Bounds(bounds, growth)
      return Agreement(
        UnsafeBufferPointer(rebasing: numbers.buffer[..<count]), expected: { values.pointer[$0] },
        bounds: { allowed[$0] })
    case .exact(let tensor):
      let rows = tensor.rows.pointee
      let count = tensor.shape.isEmpty ? 0 : tensor.shape.count / tensor.shape.n * rows
      guard found.element == tensor.element, found.rows.pointee == rows else { return .differing(count) }
      return Agreement(exact: found, tensor, count: count)
    }
  }
}

/// How far each element of an output may be from the oracle's.
private struct Bounds {
  private let own: Tensor<Double>
  private let growth: Double
  /// The largest of each plane; empty for kernels that do not transform.
  private let planes: [Double]

  init(_ own: Tensor<Double>, _ growth: Double) {
    (self.own, self.growth) = (own, growth)
    let plane = growth > 1 ? own.shape.plane : 0
    planes = plane < 1 ? [] : (0..<own.count / plane).map { Self.largest(own, plane: $0) }
  }

  subscript(i: Int) -> Double {
    let bound = own.pointer[i]
    guard !planes.isEmpty, bound.isFinite else { return bound * growth }
    return planes[i / own.shape.plane] * growth
  }

  /// One element's, without those of the other planes.
  static func bound(_ own: Tensor<Double>, _ growth: Double, _ i: Int) -> Double {
    let bound = own.pointer[i]
    guard growth > 1, bound.isFinite else { return bound * growth }
    return largest(own, plane: i / own.shape.plane) * growth
  }

  /// The largest bound of a plane that is finite.
  private static func largest(_ own: Tensor<Double>, plane: Int) -> Double {
    let size = own.shape.plane
    return (plane * size..<(plane + 1) * size).reduce(0) { largest, i in
      own.pointer[i].isFinite ? max(largest, own.pointer[i]) : largest
    }
  }
}

/// A tensor of single precision as numbers, any other as it is.
private enum NumberTensor<A: Exact> {
  case numbers(Tensor<A>)
  case others(any AnyTensor)

  init(_ tensor: any AnyTensor) throws(MemoryError) {
    if let floats = tensor as? Tensor<Float> {
      let numbers = try floats.map { A($0) }
      numbers.rows.pointee = floats.rows.pointee
      self = .numbers(numbers)
    } else {
      self = .others(tensor)
    }
  }

  init(_ type: TensorType) throws(MemoryError) {
    self = type.element == .float32 ? .numbers(try Tensor<A>(type.shape)) : .others(try type.makeTensor())
  }

  var place: Place {
    switch self {
    case .numbers(let numbers):
      Place(UnsafeMutableRawPointer(numbers.pointer), rows: numbers.rows)
    case .others(let tensor): Place(tensor)
    }
  }
}
