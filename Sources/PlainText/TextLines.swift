/// Lines of a text as editors count them: LF, CR LF or CR ends one. A byte order mark at the beginning belongs to none.
public struct TextLines: Sequence, IteratorProtocol {
  private var rest: Substring
  private var isOver = false

  /// - Parameter text: lines that end in LF, CR LF or CR.
  public init(_ text: String) {
    let mark = "\u{FEFF}".unicodeScalars
    rest = text.unicodeScalars.starts(with: mark) ? Substring(text.unicodeScalars.dropFirst()) : text[...]
  }

  /// The next line without its end; nil after the last.
  public mutating func next() -> Substring? {
    guard !isOver else { return nil }
    let bytes = rest.utf8
    guard let end = bytes.firstIndex(where: { $0 == 10 || $0 == 13 }) else {
      isOver = true
      return rest.isEmpty ? nil : rest
    }
    defer {
      let next = bytes.index(after: end)
      let isPair = bytes[end] == 13 && next < bytes.endIndex && bytes[next] == 10
      rest = rest[(isPair ? bytes.index(after: next) : next)...]
    }
    return rest[..<end]
  }
}
