import Kernels
import Operators
import Tensors

/// Memory and weights of one primitive.
struct Place<A: ReferenceNumber> {
  let inputs: [UnsafePointer<A>]
  let inputShapes: [Shape]
  let weights: Weights<A>
  let output: UnsafeMutablePointer<A>
  let outputShape: Shape
}

/// A primitive that has a formula here.
protocol ReferenceOperator: Operator {
  /// What computes the output each time it is called.
  func step<A: ReferenceNumber>(_ place: Place<A>) -> () -> Void
}

/// The formulas of an operator and its parts, in order.
enum ReferenceProgram {
  /// Elements of all intermediate results of a composite; its own result is not among them.
  static func scratch(_ op: any Operator, _ inputs: [Shape]) throws -> Int {
    guard let composite = op as? any Composite else { return 0 }
    let graph = try composite.graph(inputs)
    return try zip(graph.nodes, graph.shapes(inputs)).enumerated().reduce(0) { sum, item in
      let (node, shapes) = item.element
      let kept = graph.output == .node(item.offset) ? 0 : shapes.output.count
      return sum + kept + (try scratch(node.op, shapes.inputs))
    }
  }

  /// - Parameter free: memory for intermediate results, moved on by what is used.
  static func steps<A: ReferenceNumber>(
    _ op: any Operator, _ place: Place<A>, free: inout UnsafeMutablePointer<A>
  ) throws -> [() -> Void] {
    guard let composite = op as? any Composite else {
      guard let primitive = op as? any ReferenceOperator else {
        throw OperatorError("\(op.keyword) has no reference kernel")
      }
      return [primitive.step(place)]
    }
    let graph = try composite.graph(place.inputShapes)
    var outputs: [UnsafeMutablePointer<A>] = []
    var steps: [() -> Void] = []
    for (index, (node, shapes)) in zip(graph.nodes, try graph.shapes(place.inputShapes)).enumerated() {
      let isResult = graph.output == .node(index)
      outputs.append(isResult ? place.output : free)
      if !isResult { free += shapes.output.count }
      let inputs = node.inputs.map { source in
        switch source {
        case .input(let i): place.inputs[i]
        case .node(let i): UnsafePointer(outputs[i])
        }
      }
      let owner = graph.nodes[node.sharing ?? index].name
      let inner = Place(
        inputs: inputs, inputShapes: shapes.inputs, weights: place.weights.scoped(owner),
        output: outputs[index],
        outputShape: shapes.output)
      steps += try self.steps(node.op, inner, free: &free)
    }
    return steps
  }
}

/// The formulas in `Float`: the baseline that every speed-up refers to.
public struct ReferenceKernel: Kernel {
  public init() {}

  public var name: String { "reference" }

  public func support(_ op: any Operator, _ inputs: [Shape], isa: ISA) -> Support { .yes(Abilities()) }

  public func prepare(_ task: Task) throws -> any Prepared {
    PreparedReference(
      task: task, scratch: try ReferenceProgram.scratch(task.op, task.inputs),
      output: try task.op.output(task.inputs))
  }
}

private struct PreparedReference: Prepared {
  let task: Task
  let scratch: Int
  let output: Shape

  var weightMemory: [UnsafeRawBufferPointer] {
    task.weights.all.values.map { UnsafeRawBufferPointer($0.buffer) }
  }

  func workspace(threads: Int) -> Int { scratch }

  func bind(_ memory: Arguments, threads: Int) -> [Region] {
    var free = memory.workspace
    let place = Place(
      inputs: memory.inputs, inputShapes: task.inputs, weights: task.weights, output: memory.outputs[0],
      outputShape: output)
    do {
      let steps = try ReferenceProgram.steps(task.op, place, free: &free)
      return [Region("reference", tiles: 1) { _, _ in for step in steps { step() } }]
    } catch {
      preconditionFailure("\(task.op.text) was prepared, but: \(error)")
    }
  }
}

/// The formulas in `Double` with error bounds: what every other kernel must agree with.
public struct Oracle {
  /// Memory of each number that it computes with.
  public static let numberBytes = MemoryLayout<Bounded>.stride

  private let output: Tensor<Bounded>

  public init(_ op: any Operator, _ inputs: [Tensor<Float>], weights: Weights<Float>) throws {
    let shapes = inputs.map(\.shape)
    let exact = try inputs.map { try $0.map { Bounded($0) } }
    let exactWeights = Weights(try weights.all.mapValues { try $0.map { Bounded($0) } })
    let scratch = try Tensor<Bounded>(Shape(max(1, try ReferenceProgram.scratch(op, shapes))))
    output = try Tensor<Bounded>(try op.output(shapes))
    var free = scratch.pointer
    let place = Place(
      inputs: exact.map { UnsafePointer($0.pointer) }, inputShapes: shapes, weights: exactWeights,
      output: output.pointer, outputShape: output.shape)
    let steps = try ReferenceProgram.steps(op, place, free: &free)
    withExtendedLifetime((exact, scratch)) { for step in steps { step() } }
  }

  public var shape: Shape { output.shape }

  public func value(_ i: Int) -> Double { output.pointer[i].value }

  public func bound(_ i: Int) -> Double { output.pointer[i].bound }

  public func compare(_ actual: Tensor<Float>) -> Agreement {
    precondition(actual.shape.count == output.count, "shape \(actual.shape) against \(output.shape)")
    return Agreement(UnsafeBufferPointer(actual.buffer), expected: value, bounds: bound)
  }
}
