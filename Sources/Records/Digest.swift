/// FNV-1a, 64 bits (Fowler, Noll, Vo): tells whether two texts or results are the same, not who made them.
public enum Digest {
  /// Of the bytes in UTF-8.
  public static func of(_ text: String) -> UInt64 { of(bytes: text.utf8) }

  /// Of bytes.
  public static func of(bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// Of the bits of floats.
  public static func of(_ values: UnsafeMutableBufferPointer<Float>) -> UInt64 {
    values.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3 }
  }
}
