/// FNV-1a, 64 bits (Fowler, Noll, Vo): tells whether two texts or results are the same, not who made them.
public enum Digest {
  /// Of the bytes in UTF-8.
  public static func of(_ text: String) -> UInt64 { of(bytes: text.utf8) }

  /// Of bytes.
  public static func of(bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// Of the bits of results, four bytes at a time and what is left one by one.
  public static func of(_ results: [UnsafeRawBufferPointer]) -> UInt64 {
    results.reduce(0xcbf2_9ce4_8422_2325) { digest, memory in
      let words = memory.count / 4 * 4
      let whole = stride(from: 0, to: words, by: 4).reduce(digest) {
        ($0 ^ UInt64(memory.loadUnaligned(fromByteOffset: $1, as: UInt32.self))) &* 0x100_0000_01b3
      }
      return memory[words...].reduce(whole) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
  }
}
