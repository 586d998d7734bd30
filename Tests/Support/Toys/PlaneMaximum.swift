import Kernels
import Operators
import ReferenceKernels
import Tensors

/// The largest element of every plane and where it stands, the first of equals: N×C numbers and N×C indices.
public struct PlaneMaximum: ToyOperator {
  public let keyword = "plane-maximum"
  public var isExactOnIntegers: Bool { true }

  public init() {}

  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == 1, inputs[0].rank == 4 else {
      throw OperatorError("plane-maximum takes N×C×H×W, not \(inputs.text)")
    }
    let planes = Shape(inputs[0].n, inputs[0].c)
    return [TensorType(planes), TensorType(planes, .int64)]
  }

  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: inputs[0].count, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }

  public func step<A: ReferenceNumber>(_ memory: ReferenceMemory<A>) -> () -> Void {
    let (x, y, index) = (memory.inputs[0], memory.output, memory.output(1, as: Int64.self))
    let type = memory.inputTypes[0]
    return {
      for p in 0..<type.n * type.c {
        let place = first(x + p * type.plane, type.plane) { $0 < $1 }
        (y[p], index[p]) = (x[p * type.plane + place], Int64(place))
      }
    }
  }

  public func regions(_ memory: CallMemory, _ inputs: [TensorType], _ flaw: ToyFlaw, threads: Int) -> [Region]
  {
    let (type, x, y) = (inputs[0], memory.inputs[0], memory.outputs[0])
    let index = memory.outputs[1, as: Int64.self]
    return [
      Region("maxima", tiles: type.n * type.c) { p, _ in
        let place = first(x + p * type.plane, type.plane) { $0 < $1 }
        y[p] = x[p * type.plane + place]
        switch flaw {
        case .nextIndex where p == 0: index[p] = Int64(place + 1)
        case .lacksSecondOutput: break
        case .dependsOnThreads: index[p] = Int64(place + threads - 1)
        default: index[p] = Int64(place)
        }
      }
    ]
  }
}

/// Where the largest of some numbers stands.
private func first<A>(_ x: UnsafePointer<A>, _ count: Int, _ isBelow: (A, A) -> Bool) -> Int {
  var place = 0
  for i in 0..<count where isBelow(x[place], x[i]) { place = i }
  return place
}
