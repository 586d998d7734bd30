/// Public declarations of a Swift file, found by their indentation: `swift format` sees to that.
enum PublicDeclarations {
  /// Lines, from 1, of declarations that no `///` precedes.
  static func withoutComment(_ text: String) -> [Int] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var scope: Scope?
    return lines.indices.filter { index in
      let line = lines[index]
      if let open = scope, !line.isEmpty, indentation(line) <= open.indentation { scope = nil }
      let isDeclaration = isPublic(line) || scope?.declares(line) == true
      if let opened = Scope(line) { scope = opened }
      return isDeclaration && !isAskedFor(line) && !hasComment(lines[..<index])
    }.map { $0 + 1 }
  }

  /// A public enum or protocol, whose members are as public as itself.
  private struct Scope {
    let isEnum: Bool
    let indentation: Int

    init?(_ line: Substring) {
      guard let match = line.firstMatch(of: /^ *public (?:indirect )?(enum|protocol)\b/) else { return nil }
      guard !line.hasSuffix("}") else { return nil }
      isEnum = match.1 == "enum"
      indentation = PublicDeclarations.indentation(line)
    }

    func declares(_ line: Substring) -> Bool {
      guard PublicDeclarations.indentation(line) == indentation + 2 else { return false }
      return isEnum
        ? line.contains(/^ *(?:indirect )?case\b/)
        : line.contains(/^ *(?:static |mutating )*(?:func|var|init|subscript|associatedtype)\b/)
    }
  }

  private static func isPublic(_ line: Substring) -> Bool {
    line.contains(
      /^ *(?:@\w+(?:\([^)]*\))? )*(?:nonisolated )?public (?:[a-z]+(?:\([a-z]+\))? )*(?:func|var|let|init|subscript|struct|class|enum|protocol|typealias|actor)\b/
    )
  }

  /// Whether a protocol of the standard library asks for it and says what it is.
  private static func isAskedFor(_ line: Substring) -> Bool {
    line.contains(/\b(?:(?:var|let) (?:description|debugDescription|id)\b|func hash\(into|func (?:==|<) )/)
  }

  /// Whether the lines before a declaration end in a comment, its attributes aside.
  private static func hasComment(_ before: ArraySlice<Substring>) -> Bool {
    before.last { !$0.contains(/^ *(?:(?:@\w+(?:\([^)]*\))? *)+$|#if|#else)/) }?.contains(/^ *\/\/\//) == true
  }

  private static func indentation(_ line: Substring) -> Int { line.prefix { $0 == " " }.count }
}
