extension StringProtocol {
  /// Lines of whole words, each at most `width` characters unless one word is longer.
  package func wrapped(within width: Int) -> [String] {
    split(separator: " ").reduce(into: []) { lines, word in
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
  }
}
