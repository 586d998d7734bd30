extension StringProtocol {
  /// The text as one word of a POSIX shell, in apostrophes.
  public var shellQuoted: String {
    "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }

  /// Likewise, without apostrophes where a shell takes every character as it is.
  public var shellWord: String {
    let isPlain = !isEmpty && utf8.allSatisfy { plainBytes.contains($0) }
    return isPlain ? String(self) : shellQuoted
  }
}

private let plainBytes = Set(
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,=@+%".utf8)
