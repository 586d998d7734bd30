import Glibc
import Tensors
import Testing

@Suite struct TensorTests {
  static let shapes = [
    Shape(1), Shape(3), Shape(1024), Shape(1025), Shape(2, 3, 5, 7), Shape(1, 64, 56, 56), Shape(1, 1 << 20),
  ]

  @Test(arguments: shapes, [Backing.aligned, .guarded])
  func startsZeroed(shape: Shape, backing: Backing) throws {
    let tensor = try Tensor<Float>(shape, backing: backing)
    #expect(tensor.shape == shape)
    #expect(tensor.count == shape.count)
    #expect(tensor.buffer.count == shape.count)
    #expect(tensor.buffer.allSatisfy { $0 == 0 && $0.sign == .plus })
  }

  @Test(arguments: shapes)
  func alignedTo64Bytes(shape: Shape) throws {
    #expect(try address(of: Tensor<Float>(shape)) % 64 == 0)
    #expect(try address(of: Tensor<Double>(shape)) % 64 == 0)
    #expect(try address(of: Tensor<UInt8>(shape)) % 64 == 0)
  }

  @Test(arguments: shapes)
  func guardedMemoryEndsWithItsPage(shape: Shape) throws {
    let page = UInt(getpagesize())
    let floats = try Tensor<Float>(shape, backing: .guarded)
    #expect((address(of: floats) + UInt(shape.count) * 4) % page == 0)
    #expect(address(of: floats) % 4 == 0)
    let doubles = try Tensor<Double>(shape, backing: .guarded)
    #expect((address(of: doubles) + UInt(shape.count) * 8) % page == 0)
    #expect(address(of: doubles) % 8 == 0)
    // First and last element can be had.
    floats.pointer[shape.count - 1] = 1
    floats.pointer[0] = 2
    #expect(floats.pointer[0] == 2)
  }

  @Test func readingOrWritingBehindGuardedMemoryStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      let tensor = try Tensor<Float>(Shape(1, 3), backing: .guarded)
      withExtendedLifetime(tensor) { tensor.pointer[3] = 1 }
    }
    await #expect(processExitsWith: .failure) {
      let tensor = try Tensor<Float>(Shape(1, 3), backing: .guarded)
      let behind = withExtendedLifetime(tensor) { tensor.pointer[3] }
      exit(behind == 0 ? EXIT_SUCCESS : 2)
    }
  }

  @Test func memoryThatCannotBeHadIsAnError() {
    let error = #expect(throws: MemoryError.self) { try Tensor<Float>(Shape(1 << 60)) }
    #expect(error?.bytes == 1 << 62)
    #expect(error?.description == "the machine did not give 4611686018427387904 bytes of memory")
  }

  @Test func assignsAllElements() throws {
    let tensor = try Tensor<Float>(Shape(2, 3))
    tensor.assign([1, 2, 3, 4, 5, 6])
    #expect(tensor.elements == [1, 2, 3, 4, 5, 6])
    tensor.assign((0..<6).lazy.map { Float(-$0) })
    #expect(tensor.elements == [0, -1, -2, -3, -4, -5])
    tensor.buffer[5] = 9
    #expect(tensor.pointer[5] == 9)
  }

  @Test func tooFewOrTooManyValuesStopTheProgram() async {
    await #expect(processExitsWith: .failure) { try Tensor<Float>(Shape(3)).assign([1, 2]) }
    await #expect(processExitsWith: .failure) { try Tensor<Float>(Shape(3)).assign([1, 2, 3, 4]) }
  }

  @Test func mapsToAnotherType() throws {
    let tensor = try Tensor<Float>(Shape(1, 2, 2), backing: .guarded)
    tensor.assign([0.5, -1.5, 2.5, 0.1])
    let doubles = try tensor.map(Double.init)
    #expect(doubles.shape == tensor.shape)
    #expect(doubles.elements == [0.5, -1.5, 2.5, Double(Float(0.1))])
    #expect(try tensor.map { Int32($0) }.elements == [0, -1, 2, 0])
  }

  @Test func twoTensorsShareNothing() throws {
    let (a, b) = (try Tensor<Float>(Shape(16)), try Tensor<Float>(Shape(16)))
    a.assign(repeatElement(1, count: 16))
    #expect(b.elements == Array(repeating: 0, count: 16))
  }

  private func address<T>(of tensor: Tensor<T>) -> UInt { UInt(bitPattern: tensor.pointer) }
}
