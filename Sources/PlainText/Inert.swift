extension Unicode.Scalar {
  /// Whether something acts on the scalar instead of showing it: controls, line and paragraph separators, invisible
  /// characters and those that turn the direction of text, noncharacters. Joiners, which scripts and emoji need, are not.
  public var isActive: Bool {
    switch value {
    case 0x20..<0x7F: false
    case ..<0xA0: true
    case 0x200C, 0x200D: false
    default:
      switch properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: true
      default: properties.isNoncharacterCodePoint
      }
    }
  }

  /// `\u{1B}`.
  package var writtenOut: String { "\\u{\(String(value, radix: 16, uppercase: true))}" }
}

extension StringProtocol {
  /// One line that nothing acts on: white space that is no space becomes one, other active scalars are written out.
  public var inert: String { inert { _ in false } }

  /// Likewise, with its line feeds.
  public var inertLines: String { inert { $0 == "\n" } }

  private func inert(_ isKept: (Unicode.Scalar) -> Bool) -> String {
    guard unicodeScalars.contains(where: { $0.isActive && !isKept($0) }) else { return String(self) }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if !scalar.isActive || isKept(scalar) {
        result.append(scalar)
      } else if scalar.properties.isWhitespace {
        result.append(" ")
      } else {
        result.append(contentsOf: scalar.writtenOut.unicodeScalars)
      }
    }
    return String(result)
  }

  /// As messages quote it: inert, at most 40 characters, `…` for the rest.
  public var shown: String { shown(atMost: 40) }

  /// Inert, and cut after `most` characters.
  public func shown(atMost most: Int) -> String {
    let head = prefix(most)
    // A character may have any number of marks.
    let scalars = head.unicodeScalars.prefix(3 * most)
    let isWhole = scalars.endIndex == unicodeScalars.endIndex
    return String(String.UnicodeScalarView(scalars)).inert + (isWhole ? "" : "…")
  }

  /// A path in a message: inert; of a long one the end.
  public var shownPath: String {
    let most = 120
    guard utf8.count > most, count > most else { return inert }
    return "…" + String(String.UnicodeScalarView(suffix(most - 1).unicodeScalars.suffix(2 * most))).inert
  }
}
