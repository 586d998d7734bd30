import Kernels
import Operators
import Tensors

/// An operator that several kernels could compute, so that the selector has to choose.
public struct Decision: Sendable {
  /// What is computed.
  public let op: any Operator
  /// Types of the inputs.
  public let inputs: [TensorType]
}

extension Catalogue {
  /// What has to be decided for an operator: its own kernel and, where it is a composite, whether parts are computed
  /// whole, and the kernels of the steps. Each once.
  public func decisions(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> [Decision] {
    var found = [Decision(op: op, inputs: inputs)]
    if let composite = op as? any Composite {
      // Nothing is kept whole, so that every composite within is asked about.
      _ = try? composite.stages(inputs) { part, types in
        found.append(Decision(op: part, inputs: types))
        return false
      }
      let layers = kernels.lazy.compactMap { $0 as? Layers }.first
      let steps = try? layers?.compilation(op, inputs, isa: isa).steps
      found += steps?.map { Decision(op: $0.op, inputs: $0.inputs) } ?? []
    }
    var seen: Set<[String]> = []
    return found.filter {
      seen.insert([$0.op.text] + $0.inputs.map(\.description)).inserted
        && choices($0.op, $0.inputs, isa: isa).count > 1
    }
  }
}
