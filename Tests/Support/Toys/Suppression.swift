import Kernels
import Operators
import ReferenceKernels
import Tensors

/// Boxes (image, x₁, y₁, x₂, y₂) of which none begins inside one that was kept before it: at most as many rows as there are.
public struct Suppression: ToyOperator {
  public let keyword = "suppression"
  public var isExactOnIntegers: Bool { true }

  public init() {}

  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == 1, inputs[0].rank == 2, inputs[0].c == 5 else {
      throw OperatorError("suppression takes boxes of five columns, not \(inputs.text)")
    }
    return [TensorType(inputs[0].shape, isBounded: true)]
  }

  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: inputs[0].n * inputs[0].n, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }

  public func content(ofInput index: Int, _ inputs: [TensorType]) -> InputContent {
    .boxes(height: 32, width: 48, images: 2)
  }

  public func step<A: ReferenceNumber>(_ memory: ReferenceMemory<A>) -> () -> Void {
    let (x, y, rows) = (memory.inputs[0], memory.output, memory.outputPlaces[0].rows)
    let given = count(memory.inputTypes[0], memory.inputPlaces[0])
    return { rows?.pointee = suppress(x, given(), into: y) { $0 < $1 } }
  }

  public func regions(_ memory: CallMemory, _ inputs: [TensorType], _ flaw: ToyFlaw, threads: Int) -> [Region]
  {
    let (x, y, rows) = (memory.inputs[0], memory.outputs[0], memory.outputs.places[0].rows)
    let given = count(inputs[0], memory.inputs.places[0])
    return [
      Region("suppress", tiles: 1) { _, _ in
        let kept = suppress(x, given(), into: y) { $0 < $1 }
        switch flaw {
        case .oneRowLess: rows?.pointee = kept - 1
        case .tellsNoRows: break
        case .leavesRemains:
          for i in kept * 5..<inputs[0].count { y[i] = Float(threads) }
          rows?.pointee = kept
        default: rows?.pointee = kept
        }
      }
    ]
  }
}

/// The area of every box, of as many as there are.
public struct BoxAreas: ToyOperator {
  public let keyword = "box-areas"

  public init() {}

  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == 1, inputs[0].rank == 2, inputs[0].c == 5, inputs[0].isBounded else {
      throw OperatorError("box-areas takes at most so many boxes of five columns, not \(inputs.text)")
    }
    return [TensorType(Shape(inputs[0].n, 1), isBounded: true)]
  }

  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: 3 * inputs[0].n, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }

  public func content(ofInput index: Int, _ inputs: [TensorType]) -> InputContent {
    .boxes(height: 32, width: 48, images: 2)
  }

  public func step<A: ReferenceNumber>(_ memory: ReferenceMemory<A>) -> () -> Void {
    let (x, y, rows) = (memory.inputs[0], memory.output, memory.outputPlaces[0].rows)
    let given = count(memory.inputTypes[0], memory.inputPlaces[0])
    return {
      rows?.pointee = given()
      for r in 0..<given() { y[r] = (x[5 * r + 3] - x[5 * r + 1]) * (x[5 * r + 4] - x[5 * r + 2]) }
    }
  }

  public func regions(_ memory: CallMemory, _ inputs: [TensorType], _ flaw: ToyFlaw, threads: Int) -> [Region]
  {
    let (x, y, rows) = (memory.inputs[0], memory.outputs[0], memory.outputs.places[0].rows)
    let given = count(inputs[0], memory.inputs.places[0])
    return [
      Region("areas", tiles: 1) { _, _ in
        rows?.pointee = given()
        for r in 0..<given() { y[r] = (x[5 * r + 3] - x[5 * r + 1]) * (x[5 * r + 4] - x[5 * r + 2]) }
      }
    ]
  }
}

/// How many rows of an input hold values, at the time of the call.
private func count(_ type: TensorType, _ place: Place) -> () -> Int {
  guard type.isBounded, let rows = place.rows else { return { type.n } }
  return { rows.pointee }
}

/// - Returns: how many were kept.
private func suppress<A>(
  _ x: UnsafePointer<A>, _ count: Int, into y: UnsafeMutablePointer<A>, _ isBelow: (A, A) -> Bool
) -> Int {
  var kept = 0
  for r in 0..<count {
    let box = x + 5 * r
    let isInside = (0..<kept).contains { k in
      let other = y + 5 * k
      return !isBelow(box[0], other[0]) && !isBelow(other[0], box[0])
        && (1...2).allSatisfy { !isBelow(box[$0], other[$0]) && isBelow(box[$0], other[$0 + 2]) }
    }
    if isInside { continue }
    (y + 5 * kept).update(from: box, count: 5)
    kept += 1
  }
  return kept
}
