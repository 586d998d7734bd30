import Formats
import Tensors
import Testing

@Suite struct NPYTests {
  private static let elements: [Float] = [1, -2.5, 0x1p-140, .infinity, -0.0, 3]

  private static func file(
    version: (UInt8, UInt8) = (1, 0), _ header: String, elements: [Float] = elements
  ) -> [UInt8] {
    let size = UInt32(header.utf8.count)
    let length: [UInt8] =
      version.0 == 1
      ? [UInt8(size & 0xff), UInt8(size >> 8 & 0xff)] : (0..<4).map { UInt8(size >> (8 * $0) & 0xff) }
    let data = elements.flatMap { value in (0..<4).map { UInt8(value.bitPattern >> (8 * UInt32($0)) & 0xff) }
    }
    return [0x93] + Array("NUMPY".utf8) + [version.0, version.1] + length + Array(header.utf8) + data
  }

  private static func header(
    _ descr: String = "'<f4'", _ order: String = "False", _ shape: String = "(1, 2, 3)"
  ) -> String {
    "{'descr': \(descr), 'fortran_order': \(order), 'shape': \(shape), }      \n"
  }

  /// Every version, every bit of every value: a subnormal, an infinity and minus zero too.
  @Test(arguments: [UInt8(1), 2, 3]) func arraysAreReadToTheLastBit(version: UInt8) throws {
    let array = try NPY(Self.file(version: (version, 0), Self.header()))
    #expect(array.shape == Shape(1, 2, 3))
    #expect(array.elements.map(\.bitPattern) == Self.elements.map(\.bitPattern))
  }

  @Test(arguments: [
    ("{\"shape\":(6,),\"fortran_order\":False,\"descr\":\"<f4\"}", Shape(6)),
    ("{'descr': '<f4', 'fortran_order': True, 'shape': (6L,), }\n", Shape(6)),
    ("{'descr':'<f4','fortran_order':False,'shape':(1,6)}", Shape(1, 6)),
  ])
  func headersOfOtherWriters(text: String, shape: Shape) throws {
    #expect(try NPY(Self.file(text)).shape == shape)
  }

  @Test func anArrayWithoutExtentsHasOneElement() throws {
    let array = try NPY(Self.file(Self.header("'<f4'", "False", "()"), elements: [7]))
    #expect(array.shape == Shape([]) && array.elements == [7])
  }

  /// Each names what was found and what is expected; none asks for the memory that a header speaks of.
  @Test(arguments: [
    (header("'<f8'"), "type '<f8'; expected '<f4'"), (header("'<f2'"), "type '<f2'"),
    (header("'>f4'"), "type '>f4'"), (header("[('a', '<f4')]"), "holds structures"),
    (header("'<f4'", "True"), "Fortran order"), (header("'<f4'", "no"), "neither True nor False"),
    (header("'<f4'", "False", "(1, 2, 4)"), "has 24 bytes of elements; 1x2x4 as float32 takes 32"),
    (header("'<f4'", "False", "(1, 2)"), "has 24 bytes of elements; 1x2 as float32 takes 8"),
    (header("'<f4'", "False", "(0, 2)"), "has shape (0, 2)"),
    (header("'<f4'", "False", "(1, -2)"), "not a tuple of whole numbers"),
    (header("'<f4'", "False", "(1048576, 1048576, 1048576)"), "more than 2^40"),
    (header("'<f4'", "False", "(4294967296, 4294967296, 4294967296)"), "more than 2^40"),
    (header("'<f4'", "False", "(99999999999999999999,)"), "not a tuple of whole numbers"),
    (header("'<f4'", "False", "(1, 1, 1, 1, 1, 1, 1, 1, 6)"), "at most 8 extents"),
    ("{'descr': '<f4', 'fortran_order': False}", "without one of"),
    ("{'descr': '<f4', 'descr': '<f4'}", "unexpected or repeated key 'descr'"),
    ("{'x': 1}", "unexpected or repeated key 'x'"), ("{'descr': '<f4", "string that does not end"),
    ("", "where '{' is expected"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (6,)} x", "continues after"),
  ])
  func whatIsNoSuchArrayIsRefused(text: String, reason: String) {
    #expect { try NPY(Self.file(text)) } throws: { "\($0)".contains(reason) }
  }

  @Test func versionsAndLengthsAreChecked() {
    #expect { try NPY(Self.file(version: (4, 0), Self.header())) } throws: { "\($0)".contains("version 4.0") }
    #expect { try NPY(Self.file(version: (1, 1), Self.header())) } throws: { "\($0)".contains("version 1.1") }
    let long = Self.header() + String(repeating: " ", count: 10_000)
    #expect { try NPY(Self.file(long)) } throws: { "\($0)".contains("at most 10000") }
    #expect { try NPY(Array("not an array".utf8)) } throws: { "\($0)".contains("not a .npy file") }
  }

  /// Cut anywhere, or with a byte changed anywhere: an array or a sentence, never a crash.
  @Test func damagedFilesAreArraysOrErrors() {
    let whole = Self.file(Self.header())
    for end in whole.indices { #expect(throws: FormatError.self) { try NPY(Array(whole[..<end])) } }
    for place in whole.indices {
      for value: UInt8 in [0, 10, 39, 48, 57, 127, 255] {
        var bytes = whole
        bytes[place] = value
        _ = try? NPY(bytes)
      }
    }
  }
}
