import Kernels
import Operators
import Tensors

/// Memory and weights of one primitive.
struct Place<A: ReferenceNumber> {
  let inputs: [UnsafePointer<A>]
  let inputShapes: [Shape]
  let weights: Weights<Float>
  let output: UnsafeMutablePointer<A>
  let outputShape: Shape
}

/// A primitive that has a formula here.
protocol ReferenceOperator: Operator {
  /// What computes the output each time it is called.
  func step<A: ReferenceNumber>(_ place: Place<A>) -> () -> Void
}

/// The formulas of an operator and its parts, in order.
struct ReferenceProgram {
  private let stages: Stages
  /// Where the result of each stage lies among the intermediate results.
  private let arena: Arena
  /// The stage that computes the result.
  private let last: Int

  init(_ op: any Operator, _ inputs: [Shape]) throws(OperatorError) {
    stages = try op.stages(inputs)
    guard case .node(let last) = stages.output else {
      throw OperatorError("\(op.keyword) computes nothing: its output is an input")
    }
    self.last = last
    for stage in stages where !(stage.op is any ReferenceOperator) {
      throw OperatorError("\(stage.op.keyword) has no reference kernel")
    }
    // The result lies in the output.
    arena = Arena(
      zip(stages.indices, stages.lifetimes).map { index, life in
        index == last ? .init(size: 0, first: life.first, last: life.last) : life
      })
  }

  /// Elements of intermediate results.
  var scratch: Int { arena.size }

  func steps<A: ReferenceNumber>(
    _ inputs: [UnsafePointer<A>], weights: Weights<Float>, output: UnsafeMutablePointer<A>,
    scratch: UnsafeMutablePointer<A>
  ) -> [() -> Void] {
    func place(_ stage: Int) -> UnsafeMutablePointer<A> {
      stage == last ? output : scratch + arena.offsets[stage]
    }
    return stages.indices.compactMap { index in
      let stage = stages[index]
      let memory = Place(
        inputs: stage.sources.map { source in
          switch source {
          case .input(let i): inputs[i]
          case .node(let i): UnsafePointer(place(i))
          }
        },
        inputShapes: stage.inputs, weights: weights.scoped(stage.owner), output: place(index),
        outputShape: stage.output)
      return (stage.op as? any ReferenceOperator)?.step(memory)
    }
  }
}

/// The formulas in `Float`: the baseline that every speed-up refers to.
public struct ReferenceKernel: Kernel {
  /// The formulas of all operators.
  public init() {}

  /// `reference`.
  public var name: String { "reference" }

  /// It computes every operator.
  public func support(_ op: any Operator, _ inputs: [Shape], isa: ISA) -> Support { .yes(Abilities()) }

  /// Nothing is packed: the formula reads weights where they are.
  public func prepare(_ task: KernelTask) throws -> any Prepared {
    PreparedReference(weights: task.weights, program: try ReferenceProgram(task.op, task.inputs))
  }
}

private struct PreparedReference: Prepared {
  let weights: Weights<Float>
  let program: ReferenceProgram

  var weightMemory: [UnsafeRawBufferPointer] {
    weights.all.values.map { UnsafeRawBufferPointer($0.buffer) }
  }

  func workspace(threads: Int) -> Int { program.scratch }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let steps = program.steps(
      memory.inputs, weights: weights, output: memory.outputs[0], scratch: memory.workspace)
    return [Region("reference", tiles: 1) { _, _ in for step in steps { step() } }.computing("")]
  }
}
