import Kernels
import Operators
import Tensors

/// Constants and weights that steps read as inputs.
struct HeldTensors: Sendable {
  private let tensors: [Graph.Source: any AnyTensor]

  /// - Throws: `OperatorError` if there is no weight of a name, `MemoryError`.
  init(_ sources: [Graph.Source], _ constants: [Constant], _ weights: Weights<Float>) throws {
    var tensors: [Graph.Source: any AnyTensor] = [:]
    for source in sources where tensors[source] == nil {
      switch source {
      case .constant(let i): tensors[source] = try constants[i].makeTensor()
      case .weight(let name): tensors[source] = try weights[name]
      case .input, .node: break
      }
    }
    self.tensors = tensors
  }

  func place(_ source: Graph.Source) -> Place {
    guard let tensor = tensors[source] else { preconditionFailure("nobody holds \(source)") }
    return Place(tensor)
  }

  var memory: [UnsafeRawBufferPointer] { tensors.values.map(\.memory) }
}

extension PlannedMemory {
  /// Copies what no step writes into the outputs of the whole; nothing for most graphs.
  /// - Parameter bytes: of each output.
  public func copies(_ bytes: [Int]) -> [Region] {
    plan.copies.map { copy in
      let (from, to) = (self[copy.source], outputs[copy.output])
      return Region("copy result", tiles: 1) { _, _ in
        to.address.copyMemory(from: from.address, byteCount: bytes[copy.output])
        if let rows = from.rows { to.rows?.pointee = rows.pointee }
      }
    }
  }
}
