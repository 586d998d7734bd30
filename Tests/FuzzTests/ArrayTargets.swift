import Formats

extension FuzzTarget {
  /// Files of other tools.
  static let arrays: [FuzzTarget] = [
    FuzzTarget("npy", seeds: [npy("(2, 3)", 6), npy("(1,)", 1), npy("()", 1)], tokens: tokens) { bytes in
      let array = try NPY(bytes)
      guard array.elements.count == array.shape.count else {
        throw FuzzFinding("\(array.elements.count) of \(array.shape)")
      }
    }
  ]

  private static let tokens = [
    "'descr'", "'<f4'", "'>f4'", "True", "False", "(", ")", ",", "'shape': ", "{", "}",
  ].map { Array($0.utf8) }

  private static func npy(_ shape: String, _ count: Int) -> [UInt8] {
    let header = Array("{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }\n".utf8)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header
      + Array(repeating: 0x3F, count: 4 * count)
  }
}
