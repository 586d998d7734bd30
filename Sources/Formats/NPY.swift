import Tensors

/// Why a file cannot be read: found and expected, without the file's name.
public struct FormatError: Error, Equatable, CustomStringConvertible {
  /// What is wrong, as the rest of a sentence that begins with the file's name.
  public let description: String
  /// - Parameter description: without the file's name.
  public init(_ description: String) { self.description = description }
}

/// An array as `numpy.save` writes it: `float32`, little-endian, C order.
///
/// Magic, version, length of the header, the header (a Python dictionary of `descr`, `fortran_order` and `shape`), then the
/// elements.
/// - Source: numpy.lib.format, versions 1.0 (2-byte length), 2.0 (4-byte length) and 3.0 (UTF-8).
public struct NPY: Sendable, Equatable {
  /// Extents, outermost first.
  public let shape: Shape
  /// Row-major.
  public let elements: [Float]

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// numpy itself refuses longer ones.
  private static let longestHeader = 10_000

  /// - Throws: `FormatError` for everything that is not such an array from the first byte to the last.
  public init(_ bytes: [UInt8]) throws(FormatError) {
    guard bytes.starts(with: NPY.magic) else { throw FormatError("is not a .npy file") }
    guard bytes.count >= 12 else { throw FormatError("ends within its header") }
    let version = (bytes[6], bytes[7])
    guard (1...3).contains(version.0), version.1 == 0 else {
      throw FormatError("has format version \(version.0).\(version.1); expected 1.0, 2.0 or 3.0")
    }
    let width = version.0 == 1 ? 2 : 4
    let length = bytes[8..<8 + width].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= NPY.longestHeader else {
      throw FormatError("has a header of \(length) bytes; at most \(NPY.longestHeader) are read")
    }
    let start = 8 + width + length
    guard bytes.count >= start else { throw FormatError("ends within its header") }
    let header = try NPYHeader(String(decoding: bytes[(8 + width)..<start], as: UTF8.self))
    let shape = try header.floatShape()
    // No overflow: the shape has 2^40 elements at most.
    let expected = shape.count * MemoryLayout<Float>.size
    guard bytes.count - start == expected else {
      throw FormatError(
        "has \(bytes.count - start) bytes of elements; \(shape) as float32 takes \(expected)")
    }
    self.shape = shape
    elements = bytes.withUnsafeBytes { raw in
      (0..<shape.count).map { index in
        let bits = raw.loadUnaligned(fromByteOffset: start + 4 * index, as: UInt32.self)
        return Float(bitPattern: UInt32(littleEndian: bits))
      }
    }
  }
}
