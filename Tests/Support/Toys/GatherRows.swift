import Kernels
import Operators
import ReferenceKernels
import Tensors

/// Rows of a matrix in the order of a list of int64 indices.
public struct GatherRows: ToyOperator {
  public let keyword = "gather-rows"
  public var isExactOnIntegers: Bool { true }
  public var inputCount: Int { 2 }

  public init() {}

  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == 2, inputs[0].rank == 2, inputs[1].rank == 1, inputs[1].element == .int64 else {
      throw OperatorError("gather-rows takes a matrix and int64 indices, not \(inputs.text)")
    }
    return [TensorType(Shape(inputs[1].n, inputs[0].c), inputs[0].element)]
  }

  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: 0, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }

  public func content(ofInput index: Int, _ inputs: [TensorType]) -> InputContent {
    index == 1 ? .indices(below: inputs[0].n) : .dense
  }

  public func step<A: ReferenceNumber>(_ memory: ReferenceMemory<A>) -> () -> Void {
    let (x, y, columns) = (memory.inputs[0], memory.output, memory.inputTypes[0].c)
    let (index, rows) = (memory.input(1, as: Int64.self), memory.inputTypes[1].n)
    return {
      for r in 0..<rows { (y + r * columns).update(from: x + Int(index[r]) * columns, count: columns) }
    }
  }

  public func regions(_ memory: CallMemory, _ inputs: [TensorType], _ flaw: ToyFlaw, threads: Int) -> [Region]
  {
    let (x, y, columns) = (memory.inputs[0], memory.outputs[0], inputs[0].c)
    let index = memory.inputs[1, as: Int64.self]
    return [
      Region("gather", tiles: inputs[1].n) { r, _ in
        (y + r * columns).update(from: x + Int(index[r]) * columns, count: columns)
      }
    ]
  }
}
