import Harness
import Operators
import Tensors
import Testing
import Workloads

/// What inputs hold that cannot hold just any numbers.
@Suite struct InputContentTests {
  private func inputs(_ list: [(TensorType, InputContent)], seed: UInt64) throws -> [any AnyTensor] {
    let op = Taker(contents: list.map(\.1))
    return try Subject(
      Workload(op, inputs: list.map(\.0)), data: DataChoice(), seed: seed, backing: .guarded
    ).inputs
  }

  private func numbers(_ tensor: any AnyTensor) -> [Double] {
    (0..<tensor.shape.count).map(tensor.number)
  }

  @Test(arguments: 1...5, [ElementType.float32, .float64, .int32])
  func cornersOfBoxesAreOrderedAndInside(seed: UInt64, element: ElementType) throws {
    let content = InputContent.boxes(height: 20, width: 30, images: 3)
    for columns in [4, 5] {
      let boxes = try inputs([(TensorType(Shape(200, columns), element), content)], seed: seed)[0]
      let values = numbers(boxes)
      for row in 0..<200 {
        let box = Array(values[row * columns..<(row + 1) * columns].suffix(4))
        #expect(0 <= box[0] && box[0] <= box[2] && box[2] <= 30, "\(box)")
        #expect(0 <= box[1] && box[1] <= box[3] && box[3] <= 20, "\(box)")
      }
      // Wide boxes and high ones, in every image.
      #expect(values.contains { $0 > 20 })
      let images = columns == 5 ? Set((0..<200).map { values[$0 * 5] }) : [0, 1, 2]
      #expect(images == [0, 1, 2])
    }
  }

  @Test(arguments: [ElementType.int64, .int32, .uint8, .float32])
  func indicesAreWholeAndBelowTheLimit(element: ElementType) throws {
    let tensor = try inputs([(TensorType(Shape(300), element), .indices(below: 7))], seed: 1)[0]
    #expect(Set(numbers(tensor)) == [0, 1, 2, 3, 4, 5, 6])
  }

  @Test func gridsLieALittleOutside() throws {
    let values = numbers(try inputs([(TensorType(1, 9, 9, 2), .samplingGrid)], seed: 1)[0])
    #expect(values.allSatisfy { abs($0) <= 1.1 })
    #expect(values.contains { $0 < -1 } && values.contains { $0 > 1 } && values.contains { abs($0) < 0.5 })
  }

  /// Numbers of both signs, or any that the element can hold.
  @Test(arguments: ElementType.allCases) func denseIsDense(element: ElementType) throws {
    let values = numbers(try inputs([(TensorType(Shape(400), element), .dense)], seed: 1)[0])
    switch element {
    case .bool: #expect(Set(values) == [0, 1])
    case .uint8: #expect(values.allSatisfy { 0 <= $0 && $0 <= 255 } && values.contains { $0 > 200 })
    case .int32, .int64: #expect(values.contains { $0 < -50 } && values.contains { $0 > 50 })
    case .float32, .float64:
      #expect(values.allSatisfy { abs($0) <= 1 } && values.contains { $0 < 0 } && values.contains { $0 > 0 })
    }
  }

  /// The same seed, the same values; another, others. Of a bounded input half the rows hold values.
  @Test func valuesFollowTheSeed() throws {
    let list: [(TensorType, InputContent)] = [
      (TensorType(Shape(10, 4), isBounded: true), .boxes(height: 5, width: 5, images: 1)),
      (TensorType(Shape(20), .int64), .indices(below: 1000)),
    ]
    let (a, b, c) = (try inputs(list, seed: 1), try inputs(list, seed: 1), try inputs(list, seed: 2))
    #expect(a.map(numbers) == b.map(numbers))
    for i in 0..<2 { #expect(numbers(a[i]) != numbers(c[i])) }
    #expect(a.map(\.rows.pointee) == [5, 20])
  }

  @Test func emptyInputsAreFilledWithNothing() throws {
    let list: [(TensorType, InputContent)] = [
      (TensorType(0, 5), .boxes(height: 5, width: 5, images: 1)), (TensorType(Shape(0), .int64), .dense),
      (TensorType(0, 4), .dense),
    ]
    #expect(try inputs(list, seed: 1).map(\.shape.count) == [0, 0, 0])
  }
}

/// An operator that says what its inputs hold and gives the first one back.
private struct Taker: Operator {
  let keyword = "taker"
  let contents: [InputContent]
  var inputCount: Int { contents.count }

  func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] { [inputs[0]] }
  func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost { Cost() }
  func content(ofInput index: Int, _ inputs: [TensorType]) -> InputContent { contents[index] }
}
