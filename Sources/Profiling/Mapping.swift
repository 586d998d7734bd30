/// A piece of a file that code was executed from.
package struct Mapping: Sendable, Hashable {
  let addresses: Range<UInt>
  /// Of the first address in the file.
  let offset: UInt
  let path: String

  /// Executable mappings among lines of `/proc/self/maps`; other lines are passed over.
  static func list(_ text: String) -> [Mapping] {
    text.split(separator: "\n").compactMap { line in
      // 55d0-55e0 r-xp 00001000 08:01 1234   /path with blanks
      let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
      guard fields.count == 6, fields[1].contains("x"), let offset = UInt(fields[2], radix: 16) else {
        return nil
      }
      let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
      guard ends.count == 2, ends[0] < ends[1] else { return nil }
      return Mapping(
        addresses: ends[0]..<ends[1], offset: offset, path: String(fields[5].drop { $0 == " " }))
    }
  }
}
