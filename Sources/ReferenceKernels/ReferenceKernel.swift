import Kernels
import Operators
import Tensors

/// The formulas in `Float`: the baseline that every speed-up refers to.
public struct ReferenceKernel: Kernel {
  /// The same for all operators.
  public init() {}

  /// `reference`, in rows and options.
  public var name: String { "reference" }

  /// One direct form for everything; an operator without a formula fails in `prepare`, by its name.
  public func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    // One multiplication, one addition and a load each, none of them beside another.
    .yes(Form(cycles: 2 * Double((try? op.cost(inputs))?.flops ?? 0)))
  }

  /// Nothing is packed: formulas read the weights as they are.
  public func prepare(_ task: KernelTask) throws -> any Prepared {
    let program = try ReferenceProgram(task.op, task.inputs, of: Float.self)
    return PreparedReference(
      weights: task.weights, program: program, held: try program.held(task.weights, of: Float.self))
  }
}

private struct PreparedReference: Prepared {
  let weights: Weights<Float>
  let program: ReferenceProgram
  let held: HeldNumbers

  var packed: [PackedMemory] { [PackedMemory(weights.all.values.map { $0.memory })] }

  /// Whole units of the alignment, so that memory that ends at a page begins at a multiple of it.
  func workspace(threads: Int) -> Int {
    let unit = max(program.alignment, MemoryLayout<Float>.stride)
    return (program.scratch + unit - 1) / unit * unit / MemoryLayout<Float>.stride
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let steps = program.steps(
      memory.inputs.places, weights: weights, held, outputs: memory.outputs.places,
      scratch: UnsafeMutableRawPointer(memory.workspace), of: Float.self)
    return [Region("reference", tiles: 1) { _, _ in for step in steps { step() } }.computing("")]
  }
}
