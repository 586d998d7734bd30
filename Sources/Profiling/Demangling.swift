import CPlatform
import Glibc

/// Names of functions as people read them.
public enum Demangling {
  /// Bytes of a symbol; longer ones stay as they are.
  private static let longest = 4096

  /// The whole Swift name; nil if it is none of Swift's.
  public static func full(_ symbol: String) -> String? {
    guard symbol.utf8.count <= longest else { return nil }
    guard let text = swift_demangle(symbol, symbol.utf8.count, nil, nil, 0) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }

  /// Words before a name that say how it was compiled.
  private static let kinds = ["@objc ", "partial apply forwarder for ", "merged ", "outlined "]

  /// The name without types, specialisations and thunks:
  /// `closure #1 in TiledKernels.DirectConvolution.bind`; other languages' symbols as they are.
  public static func short(_ symbol: String) -> String {
    guard var name = full(symbol) else { return symbol }
    while let kind = kinds.first(where: name.hasPrefix) { name.removeFirst(kind.count) }
    name = withoutSpecialisation(name)
    while let kind = kinds.first(where: name.hasPrefix) { name.removeFirst(kind.count) }
    name = name.replacing(/\((\w+) in _[0-9A-F]{32}\)/) { $0.1 }.replacing(/\(extension in \w+\):/, with: "")
    return withoutWitness(withoutTypes(name))
  }

  /// `protocol witness for Module.Protocol.f in conformance Module.Type : …`: `Module.Type.f`.
  private static func withoutWitness(_ name: String) -> String {
    guard
      let match = name.wholeMatch(
        of: /protocol witness for (static )?\S*?(\w+(?:\.\w+er)?) in conformance (\S+) : .*/)
    else { return name }
    return "\(match.1 ?? "")\(match.3).\(match.2)"
  }

  /// `generic specialization <…> of NAME`, `function signature specialization <…> of NAME`: NAME.
  private static func withoutSpecialisation(_ name: String) -> String {
    var name = name
    while name.contains(/^(generic|function signature|merged).*specialization </),
      let end = closing(name, from: name.firstIndex(of: "<") ?? name.startIndex),
      name[name.index(after: end)...].hasPrefix(" of ")
    {
      name = String(name[name.index(end, offsetBy: 5)...])
    }
    return name
  }

  /// The bracket that closes the one at `start`, arrows aside.
  private static func closing(_ name: String, from start: String.Index) -> String.Index? {
    var (depth, last) = (0, Character(" "))
    for index in name[start...].indices {
      let character = name[index]
      if character == "<" { depth += 1 }
      if character == ">" && last != "-" { depth -= 1 }
      if depth == 0 { return index }
      last = character
    }
    return nil
  }

  /// Drops what stands in brackets, and results: `f(_: Int) -> Float in g` becomes `f in g`.
  private static func withoutTypes(_ name: String) -> String {
    var (depth, result, isResult) = (0, "", false)
    var rest = Substring(name)
    while let character = rest.first {
      if depth == 0 && rest.hasPrefix(" in ") { isResult = false }
      if depth == 0 && (rest.hasPrefix(" -> ") || rest.hasPrefix(" throws") || rest.hasPrefix(" async")) {
        isResult = true
      }
      if rest.hasPrefix("->") {
        rest = rest.dropFirst(2)
        continue
      }
      if "(<".contains(character) { depth += 1 }
      if depth == 0 && !isResult { result.append(character) }
      if ")>".contains(character) { depth -= 1 }
      rest = rest.dropFirst()
    }
    let words = result.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    // `x.getter : Int` is `x.getter`.
    let plain = words.replacing(/\.(getter|setter|modify|read) :.*$/) { ".\($0.1)" }.replacing(
      "@Sendable ", with: "")
    return plain.isEmpty ? name : plain
  }
}
