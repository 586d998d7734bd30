import Operators
import Tensors

/// The kernels that are there, injected from above: this target names none.
public struct Catalogue: Sendable {
  /// In no particular order.
  public let kernels: [any Kernel]

  /// - Parameter kernels: those of one name support different operators.
  public init(_ kernels: [any Kernel]) { self.kernels = kernels }

  /// Names of the kernels, each once.
  public var names: [String] {
    kernels.map(\.name).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// The variants that support an operator, best first.
  public func variants(_ op: any Operator, _ inputs: [Shape], isa: ISA) -> [(
    kernel: any Kernel, abilities: Abilities
  )] {
    kernels.compactMap { kernel in
      guard case .yes(let abilities) = kernel.support(op, inputs, isa: isa) else { return nil }
      return (kernel, abilities)
    }.sorted { $0.abilities.preference > $1.abilities.preference }
  }

  /// The selector's choice.
  public func best(_ op: any Operator, _ inputs: [Shape], isa: ISA) -> (
    kernel: any Kernel, abilities: Abilities
  )? {
    variants(op, inputs, isa: isa).first
  }
}
