import Tensors

extension NPY {
  /// The first bytes of a file of version 1.0; the elements follow, row-major and little-endian.
  /// - Source: numpy.lib.format: the elements begin at a multiple of 64 bytes.
  public static func head(of shape: Shape) -> [UInt8] {
    let extents = shape.extents.map(String.init).joined(separator: ", ") + (shape.rank == 1 ? "," : "")
    let dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(extents)), }"
    let unit = 64
    let fixed = magic.count + 4
    let total = (fixed + dictionary.utf8.count + 1 + unit - 1) / unit * unit
    let length = total - fixed
    let padding = Array(repeating: UInt8(ascii: " "), count: length - dictionary.utf8.count - 1)
    return magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(dictionary.utf8) + padding
      + [UInt8(ascii: "\n")]
  }
}
