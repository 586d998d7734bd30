import Tensors
import Testing

@Suite struct ShapeTests {
  @Test(arguments: [
    ("7", [7]),
    ("2x3", [2, 3]),
    ("1x64x56x56", [1, 64, 56, 56]),
    ("1x1x1x1x1x1x1x1", [1, 1, 1, 1, 1, 1, 1, 1]),
    ("1099511627776", [1 << 40]),
    ("1048576x1048576", [1 << 20, 1 << 20]),
  ])
  func textBothWays(text: String, extents: [Int]) throws {
    let shape = try Shape(text: text)
    #expect(shape == Shape(extents))
    #expect(shape.extents == extents)
    #expect(shape.description == text)
    #expect(try Shape(text: shape.description) == shape)
  }

  @Test func readsAPartOfAText() throws {
    let text = "relu@2x3x4x5"
    #expect(try Shape(text: text.dropFirst(5)) == Shape(2, 3, 4, 5))
  }

  @Test(arguments: [
    ("0", "extent 0 in '0' must be at least 1"),
    ("1x0x3", "extent 0 in '1x0x3' must be at least 1"),
    ("-1x2", "extent -1 in '-1x2' must be at least 1"),
    ("", "'' is not a shape such as 1x64x56x56"),
    ("x", "'x' is not a shape such as 1x64x56x56"),
    ("1x", "'1x' is not a shape such as 1x64x56x56"),
    ("x1", "'x1' is not a shape such as 1x64x56x56"),
    ("1xx2", "'1xx2' is not a shape such as 1x64x56x56"),
    ("1x2a", "'1x2a' is not a shape such as 1x64x56x56"),
    ("wide", "'wide' is not a shape such as 1x64x56x56"),
    ("1 x 2", "'1 x 2' is not a shape such as 1x64x56x56"),
    ("1X2", "'1X2' is not a shape such as 1x64x56x56"),
    ("+1", "'+1' is not a shape such as 1x64x56x56"),
    ("1.5x2", "'1.5x2' is not a shape such as 1x64x56x56"),
    ("-", "'-' is not a shape such as 1x64x56x56"),
    ("٣x2", "'٣x2' is not a shape such as 1x64x56x56"),
    ("1x99999999999999999999", "'1x99999999999999999999' is not a shape such as 1x64x56x56"),
    ("1x2x3x4x5x6x7x8x9", "'1x2x3x4x5x6x7x8x9' has 9 extents; at most 8 are possible"),
    ("1099511627777", "'1099511627777' has more than 2^40 elements"),
    ("1048576x1048577", "'1048576x1048577' has more than 2^40 elements"),
    // 2⁶⁴ wraps around to zero and 3 · 2⁶³ to a negative number.
    ("4294967296x4294967296", "'4294967296x4294967296' has more than 2^40 elements"),
    ("3x9223372036854775807", "'3x9223372036854775807' has more than 2^40 elements"),
  ])
  func failure(text: String, message: String) {
    let error = #expect(throws: ShapeTextError.self) { try Shape(text: text) }
    #expect(error?.description == message)
  }

  @Test(arguments: [
    (Shape(), [1, 1, 1, 1], 1, 1),
    (Shape(5), [5, 1, 1, 1], 5, 1),
    (Shape(5, 6), [5, 6, 1, 1], 30, 1),
    (Shape(5, 6, 7), [5, 6, 7, 1], 210, 7),
    (Shape(2, 3, 5, 7), [2, 3, 5, 7], 210, 35),
    (Shape(2, 3, 5, 7, 11), [2, 3, 5, 7], 2310, 385),
  ])
  func extents(shape: Shape, nchw: [Int], count: Int, plane: Int) {
    #expect([shape.n, shape.c, shape.h, shape.w] == nchw)
    #expect(shape.count == count)
    #expect(shape.plane == plane)
    #expect(shape.rank == shape.extents.count)
  }

  @Test func equalExtentsAreEqualShapes() {
    #expect(Shape(2, 3) == Shape([2, 3]))
    #expect(Shape(2, 3) != Shape(3, 2))
    #expect(Shape(2, 3) != Shape(2, 3, 1))
    #expect(Set([Shape(2, 3), Shape(2, 3), Shape(6)]).count == 2)
  }

  @Test func impossibleExtentsStopTheProgram() async {
    await #expect(processExitsWith: .failure) { print(Shape(1, -1)) }
    await #expect(processExitsWith: .failure) { print(Shape(-1)) }
    await #expect(processExitsWith: .failure) { print(Shape([1, 1, 1, 1, 1, 1, 1, 1, 1])) }
  }

  @Test func overflowingExtentsStopTheProgram() async {
    await #expect(processExitsWith: .failure) { print(Shape(1 << 40, 1 << 40)) }
    await #expect(processExitsWith: .failure) { print(Shape(1 << 32, 1 << 31)) }
  }
}
