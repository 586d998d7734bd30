/// Text inside elements and attributes of XML.
public enum XML {
  /// Inert text for elements and attributes.
  public static func escaped(_ text: some StringProtocol) -> String {
    var result = ""
    for scalar in text.inert.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

/// Text inside Markdown as GitHub reads it (GFM), shown as it is written.
public enum Markdown {
  /// - Parameter beginsLine: whether the text is the first of its line, where some characters begin a heading or a list.
  public static func escaped(_ text: some StringProtocol, beginsLine: Bool = false) -> String {
    let scalars = Array(text.inert.unicodeScalars)
    var result = ""
    for (index, scalar) in scalars.enumerated() {
      let next = index + 1 < scalars.count ? scalars[index + 1] : " "
      let isInside = index > 0 && isWord(scalars[index - 1]) && isWord(next)
      switch scalar {
      case "\\", "|", "`", "*", "[", "]", "~", "$": result += "\\" + String(scalar)
      case "_" where !isInside: result += "\\_"
      case "<": result += "&lt;"
      case "&": result += "&amp;"
      case _ where beginsLine && index == 0 && "#+-=>".unicodeScalars.contains(scalar):
        result += "\\" + String(scalar)
      // Addresses and mentions are links without brackets.
      case ":" where next == "/": result += "\\:"
      case "." where isAddress(scalars[..<index]): result += "\\."
      case "@" where !isInside && isWord(next): result += "@&#8203;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A code span, whatever backticks the text has.
  public static func code(_ text: some StringProtocol) -> String {
    let text = text.inert
    let longest = text.split { $0 != "`" }.map(\.count).max() ?? 0
    let fence = String(repeating: "`", count: longest + 1)
    return longest == 0 ? fence + text + fence : "\(fence) \(text) \(fence)"
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || isDigit(scalar)
  }
  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  /// Whether `www` stands before the point.
  private static func isAddress(_ before: ArraySlice<Unicode.Scalar>) -> Bool {
    before.suffix(3).map { $0.properties.lowercaseMapping }.joined() == "www"
  }
}
