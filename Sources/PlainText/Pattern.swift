/// A regular expression whose search takes time in proportion to pattern × text, whatever both are.
///
/// Letters, `.`, `[a-z]` `[^a-z]`, `\d` `\w` `\s` and `\D` `\W` `\S`, `\b`, `^` `$`, `(…)` `(?:…)`, `|`, `*` `+` `?` `{n}` `{n,}` `{n,m}`,
/// `(?i)` at the beginning: capitals do not count. A backslash takes any other sign literally.
/// - Source: Thompson 1968, "Regular expression search algorithm"; Cox 2007, "Regular expression matching can be simple and fast".
public struct Pattern: Sendable {
  enum Step: Sendable, Equatable {
    case letter(Letters)
    case anchor(Anchor)
    /// Goes on at both.
    case fork(Int, Int)
    case jump(Int)
    case match
  }

  enum Anchor: Sendable, Equatable {
    case begin, end, wordBoundary
  }

  /// What one letter may be.
  struct Letters: Sendable, Equatable {
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    var isNegated = false

    func contains(_ letter: Unicode.Scalar) -> Bool { ranges.contains { $0.contains(letter) } != isNegated }
  }

  /// Steps of a pattern: what bounds the time of a search.
  public static let mostSteps = 2_000

  private let steps: [Step]
  private let ignoresCase: Bool

  /// - Throws: `PatternError` with the place, found and expected.
  public init(_ text: String) throws(PatternError) {
    var parser = PatternParser(text)
    steps = try parser.steps()
    ignoresCase = parser.ignoresCase
  }

  /// Whether the pattern fits some part of the text.
  public func isFound(in text: String) -> Bool {
    let letters = Array((ignoresCase ? text.lowercased() : text).unicodeScalars)
    var states = States(count: steps.count)
    for place in 0...letters.count {
      // A search may begin anywhere.
      if add(0, at: place, in: letters, to: &states) { return true }
      guard place < letters.count else { break }
      let current = states.take()
      for state in current {
        guard case .letter(let set) = steps[state], set.contains(letters[place]) else { continue }
        if add(state + 1, at: place + 1, in: letters, to: &states) { return true }
      }
    }
    return false
  }

  /// Adds a state and all that it leads to without a letter.
  /// - Returns: whether the match is one of them.
  private func add(
    _ state: Int, at place: Int, in letters: [Unicode.Scalar], to states: inout States
  ) -> Bool {
    var open = [state]
    while let next = open.popLast() {
      guard states.insert(next) else { continue }
      switch steps[next] {
      case .match: return true
      case .letter: break
      case .jump(let target): open.append(target)
      case .fork(let first, let second): open += [second, first]
      case .anchor(let anchor):
        if Self.holds(anchor, at: place, in: letters) { open.append(next + 1) }
      }
    }
    return false
  }

  private static func holds(_ anchor: Anchor, at place: Int, in letters: [Unicode.Scalar]) -> Bool {
    func isWord(_ index: Int) -> Bool {
      letters.indices.contains(index) && PatternParser.word.contains(letters[index])
    }
    return switch anchor {
    case .begin: place == 0
    case .end: place == letters.count
    case .wordBoundary: isWord(place - 1) != isWord(place)
    }
  }
}

/// States that a search is in, each once.
private struct States {
  private var list: [Int] = []
  private var isIn: [Bool]

  init(count: Int) { isIn = Array(repeating: false, count: count) }

  /// - Returns: false if it was there.
  mutating func insert(_ state: Int) -> Bool {
    guard !isIn[state] else { return false }
    isIn[state] = true
    list.append(state)
    return true
  }

  /// All of them; none is left.
  mutating func take() -> [Int] {
    defer { list = [] }
    for state in list { isIn[state] = false }
    return list
  }
}

/// What is wrong with a pattern: place, found, expected.
public struct PatternError: Error, Equatable, CustomStringConvertible {
  /// One clause that names the character.
  public let description: String
}
