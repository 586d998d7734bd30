import Execution
import Kernels
import Operators
import Tensors

/// The formulas of an operator and its parts, in order.
struct ReferenceProgram {
  private let stages: Stages
  private let plan: MemoryPlan
  private let outputs: [TensorType]
  /// Of intermediate results, in bytes.
  let alignment: Int

  /// - Parameter number: what tensors of single precision hold.
  init<A: ReferenceNumber>(
    _ op: any Operator, _ inputs: [TensorType], of number: A.Type
  ) throws(OperatorError) {
    stages = try op.stages(inputs)
    outputs = try op.outputs(inputs)
    for stage in stages where !(stage.op is any ReferenceOperator) {
      throw OperatorError("\(stage.op.keyword) has no reference kernel")
    }
    let types = stages.flatMap(\.outputs)
    let elements = types.map { $0.elementBytes(of: A.self) }.max() ?? 1
    // Numbers of rows lie there, too.
    alignment = max(elements, types.contains(where: \.isBounded) ? MemoryLayout<Int>.alignment : 1)
    plan = MemoryPlan(
      stages.map { stage in
        .init(
          reads: stage.sources,
          writes: stage.outputs.map { .init(bytes: $0.bytes(of: A.self), isBounded: $0.isBounded) })
      },
      outputs: stages.outputs, alignment: alignment)
  }

  /// Bytes of intermediate results.
  var scratch: Int { plan.scratch }

  /// What computes the outputs, in order; they stay valid as long as the memory, `held` and the weights do.
  /// - Parameter inputs: those of single precision hold `A`; likewise all others.
  func steps<A: ReferenceNumber>(
    _ inputs: [Place], weights: Weights<Float>, _ held: HeldNumbers, outputs: [Place],
    scratch: UnsafeMutableRawPointer, of number: A.Type
  ) -> [() -> Void] {
    let places = PlannedMemory(plan, inputs: inputs, outputs: outputs, scratch: scratch, held: held.place)
    let formulas = stages.enumerated().compactMap { index, stage in
      let memory = ReferenceMemory<A>(
        stage, weights: weights.scoped(stage.owner), inputs: stage.sources.map { places[$0] },
        outputs: stage.outputs.indices.map { places[.node(index, output: $0)] })
      return (stage.op as? any ReferenceOperator)?.step(memory)
    }
    let copies = places.copies(self.outputs.map { $0.bytes(of: A.self) })
    return formulas + copies.map { region in { region.body(0..<region.tiles, 0) } }
  }

  /// Constants and weights that stages read as inputs, after a look whether all weights are there.
  /// - Throws: `OperatorError` with the name of a missing weight, `MemoryError`.
  func held<A: ReferenceNumber>(_ weights: Weights<Float>, of number: A.Type) throws -> HeldNumbers {
    for stage in stages {
      for weight in try stage.op.weights(stage.inputs) { _ = try weights.scoped(stage.owner)[weight.name] }
    }
    return try HeldNumbers(
      stages.flatMap(\.sources) + stages.outputs, stages.constants, weights, of: A.self)
  }
}

/// Constants and weights, those of single precision as numbers.
struct HeldNumbers: @unchecked Sendable {
  private var owners: [AnyObject] = []
  private var places: [Graph.Source: Place] = [:]

  init<A: ReferenceNumber>(
    _ sources: [Graph.Source], _ constants: [Constant], _ weights: Weights<Float>, of number: A.Type
  ) throws {
    for source in sources where places[source] == nil {
      switch source {
      case .constant(let i): try hold(source, constants[i].makeTensor(), of: A.self)
      case .weight(let name): try hold(source, weights[name], of: A.self)
      case .input, .node: break
      }
    }
  }

  private mutating func hold<A: ReferenceNumber>(
    _ source: Graph.Source, _ tensor: any AnyTensor, of number: A.Type
  ) throws(MemoryError) {
    if let numbers = tensor as? Tensor<Float>, A.self != Float.self {
      let converted = try numbers.map { A($0) }
      owners.append(converted)
      places[source] = Place(UnsafeMutableRawPointer(converted.pointer))
    } else {
      owners.append(tensor)
      places[source] = Place(tensor)
    }
  }

  func place(_ source: Graph.Source) -> Place {
    guard let place = places[source] else { preconditionFailure("nobody holds \(source)") }
    return place
  }
}

extension TensorType {
  /// Bytes of an element, where single precision is replaced by a number.
  func elementBytes<A>(of number: A.Type) -> Int {
    element == .float32 ? MemoryLayout<A>.stride : element.bytes
  }

  /// Bytes of all elements.
  func bytes<A>(of number: A.Type) -> Int { shape.count * elementBytes(of: number) }
}
