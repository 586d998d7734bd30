import Operators
import Tensors

/// The arrays of an operator by name; composites see `node.weight` names.
public struct Weights<Element: BitwiseCopyable & Sendable>: Sendable {
  private let tensors: [String: Tensor<Element>]
  private let prefix: String

  /// - Parameter prefix: what stands before the names that are asked for.
  public init(_ tensors: [String: Tensor<Element>], prefix: String = "") {
    self.tensors = tensors
    self.prefix = prefix
  }

  /// - Throws: `OperatorError` with the name, and with the names that there are, if there is no such array.
  public subscript(name: String) -> Tensor<Element> {
    get throws(OperatorError) {
      guard let tensor = tensors[prefix + name] else {
        throw OperatorError("there are no weights '\(prefix)\(name)'; \(known)")
      }
      return tensor
    }
  }

  /// Names that may have been meant: those of the scope, or of the nearest one around it that has any.
  private var known: String {
    var scope = prefix[...]
    while !scope.isEmpty, !tensors.keys.contains(where: { $0.hasPrefix(scope) }) {
      // `a.b.` is inside `a.`.
      let outer = scope.dropLast()
      scope = outer[..<(outer.lastIndex(of: ".").map { outer.index(after: $0) } ?? outer.startIndex)]
    }
    let names = tensors.keys.filter { $0.hasPrefix(scope) }.sorted()
    if names.isEmpty { return "there are none at all" }
    let rest = names.count > Weights.mostNames ? " and \(names.count - Weights.mostNames) more" : ""
    return "there are " + names.prefix(Weights.mostNames).joined(separator: ", ") + rest
  }

  /// Names that an error lists.
  private static var mostNames: Int { 8 }

  /// Whether there is an array of that name.
  public func has(_ name: String) -> Bool { tensors[prefix + name] != nil }

  /// The weights of a node of a composite, or of one further inside by its path; all of them for an empty path.
  public func scoped(_ path: String) -> Weights {
    path.isEmpty ? self : Weights(tensors, prefix: "\(prefix)\(path).")
  }

  /// All arrays by their whole names, whatever the scope is.
  public var all: [String: Tensor<Element>] { tensors }
}

extension Weights where Element == Float {
  /// Seeded weights that neither blow up nor extinguish a signal: uniform within ±√(3 / fan-in), so that a sum of
  /// fan-in products has the variance of one input; scales and variances near one; all times their gain and around
  /// their center, except integers.
  public static func seeded(
    _ list: [Weight], filling: Filling = .dense, using generator: inout some RandomNumberGenerator
  ) throws(MemoryError) -> Weights<Float> {
    var tensors: [String: Tensor<Float>] = [:]
    for weight in list {
      let tensor = try Tensor<Float>(weight.shape)
      let exact = filling == .integers
      let spread = weight.role == .weight ? (3 / Float(weight.fanIn)).squareRoot() : 0.5
      // Weights stay finite and of both signs, whatever the input is.
      tensor.fill(exact ? .integers : .dense, scale: exact ? 1 : spread * weight.gain, using: &generator)
      if weight.center != 0 && !exact {
        for i in 0..<tensor.count { tensor.pointer[i] += weight.center }
      }
      if weight.role == .scale || weight.role == .variance {
        for i in 0..<tensor.count { tensor.pointer[i] = exact ? 1 : weight.gain + tensor.pointer[i] }
      }
      tensors[weight.name] = tensor
    }
    return Weights(tensors)
  }
}
