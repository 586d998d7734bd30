/// Reads a regular expression into steps: alternatives of sequences of repeated items.
struct PatternParser {
  static let word = letters(("0", "9"), ("A", "Z"), ("a", "z"), ("_", "_"), ("\u{C0}", "\u{24F}"))
  private static let digit = letters(("0", "9"))
  private static let space = letters(("\t", "\r"), (" ", " "), ("\u{A0}", "\u{A0}"))
  /// Of groups in groups.
  private static let deepest = 50

  private let text: [Unicode.Scalar]
  private var at = 0
  private var depth = 0
  private(set) var ignoresCase = false

  init(_ text: String) { self.text = Array(text.unicodeScalars) }

  mutating func steps() throws(PatternError) -> [Pattern.Step] {
    if take("(?i)") { ignoresCase = true }
    let result = try alternatives()
    guard at == text.count else { throw error("')' closes no group") }
    return result + [.match]
  }

  private mutating func alternatives() throws(PatternError) -> [Pattern.Step] {
    var steps = try sequence()
    while take("|") {
      let other = try sequence()
      // Jumps and forks count from the beginning of what they stand in.
      steps =
        [.fork(1, steps.count + 2)] + moved(steps, by: 1) + [.jump(steps.count + 2 + other.count)]
        + moved(other, by: steps.count + 2)
    }
    return try checked(steps)
  }

  private mutating func sequence() throws(PatternError) -> [Pattern.Step] {
    var steps: [Pattern.Step] = []
    while let next, next != "|", next != ")" {
      var piece = try item()
      while let range = try repetition() { piece = try repeated(piece, range) }
      steps += moved(piece, by: steps.count)
      _ = try checked(steps)
    }
    return steps
  }

  private mutating func item() throws(PatternError) -> [Pattern.Step] {
    guard let letter = next else { return [] }
    at += 1
    switch letter {
    case ".": return [.letter(Pattern.Letters(ranges: [], isNegated: true))]
    case "^": return [.anchor(.begin)]
    case "$": return [.anchor(.end)]
    case "[": return [.letter(try set())]
    case "(": return try group()
    case "\\": return try escaped()
    case "*", "+", "?", "{":
      at -= 1
      throw error("'\(letter)' repeats nothing")
    default: return [.letter(literal(letter))]
    }
  }

  private mutating func group() throws(PatternError) -> [Pattern.Step] {
    guard !(next == "?" && !starts("?:")) else {
      throw error(
        "'(?' begins what this search does not know; '(?:' groups, '(?i)' stands at the beginning only")
    }
    _ = take("?:")
    depth += 1
    guard depth <= Self.deepest else { throw error("more than \(Self.deepest) groups lie in each other") }
    let steps = try alternatives()
    guard take(")") else { throw error("a group is not closed") }
    depth -= 1
    return steps
  }

  private mutating func escaped() throws(PatternError) -> [Pattern.Step] {
    guard let letter = next else { throw error("nothing follows the backslash") }
    if letter == "b" {
      at += 1
      return [.anchor(.wordBoundary)]
    }
    return [.letter(try escapedLetters())]
  }

  /// What a backslash and the next letter mean, inside and outside brackets.
  private mutating func escapedLetters() throws(PatternError) -> Pattern.Letters {
    guard let letter = next else { throw error("nothing follows the backslash") }
    at += 1
    switch letter {
    case "d": return Self.digit
    case "w": return Self.word
    case "s": return Self.space
    case "D", "W", "S":
      var letters = letter == "D" ? Self.digit : letter == "W" ? Self.word : Self.space
      letters.isNegated = true
      return letters
    case "t": return literal("\t")
    case _ where Self.word.contains(letter):
      at -= 1
      throw error("'\\\(letter)' is not known; known are \\d \\w \\s \\D \\W \\S \\b \\t")
    default: return literal(letter)
    }
  }

  /// Behind the opening bracket.
  private mutating func set() throws(PatternError) -> Pattern.Letters {
    var result = Pattern.Letters(ranges: [], isNegated: take("^"))
    var isFirst = true
    while let letter = next, letter != "]" || isFirst {
      isFirst = false
      guard !starts("[:") else { throw error("'[:' is not known; \\d \\w \\s are") }
      at += 1
      var low = literal(letter)
      if letter == "\\" { low = try escapedLetters() }
      guard !low.isNegated else { throw error("\\D, \\W and \\S do not stand in brackets") }
      if next == "-", at + 1 < text.count, text[at + 1] != "]", letter != "\\" {
        at += 1
        guard let last = next, last != "\\", letter <= last else {
          throw error("a range in brackets ends before it begins, or not with a letter")
        }
        at += 1
        result.ranges.append(letter...last)
        if ignoresCase { result.ranges += smallLetters(letter...last) }
      } else {
        result.ranges += low.ranges
      }
    }
    guard take("]") else { throw error("a bracket is not closed") }
    return result
  }

  /// How often the item before may occur; nil: nothing is said.
  private mutating func repetition() throws(PatternError) -> (least: Int, most: Int?)? {
    let range: (least: Int, most: Int?)
    if take("*") {
      range = (0, nil)
    } else if take("+") {
      range = (1, nil)
    } else if take("?") {
      range = (0, 1)
    } else if take("{") {
      range = try counts()
    } else {
      return nil
    }
    // Which of several matches is found makes no difference here.
    if next == "?" { at += 1 }
    return range
  }

  /// `n}`, `n,}`, `n,m}`.
  private mutating func counts() throws(PatternError) -> (least: Int, most: Int?) {
    func wrong() -> PatternError { error("expected {n}, {n,} or {n,m}, at most \(Pattern.mostSteps)") }
    func number() -> Int? {
      var digits = ""
      while let letter = next, Self.digit.contains(letter) {
        digits.unicodeScalars.append(letter)
        at += 1
      }
      return Int(digits).flatMap { $0 <= Pattern.mostSteps ? $0 : nil }
    }
    guard let least = number() else { throw wrong() }
    if take("}") { return (least, least) }
    guard take(",") else { throw wrong() }
    if take("}") { return (least, nil) }
    guard let most = number(), most >= least, take("}") else { throw wrong() }
    return (least, most)
  }

  private func repeated(_ piece: [Pattern.Step], _ range: (least: Int, most: Int?)) throws(PatternError)
    -> [Pattern.Step]
  {
    var steps: [Pattern.Step] = []
    for _ in 0..<range.least {
      steps += moved(piece, by: steps.count)
      _ = try checked(steps)
    }
    guard let most = range.most else {
      // As often as it fits: back to the fork.
      let start = steps.count
      return steps + [.fork(start + 1, start + piece.count + 2)] + moved(piece, by: start + 1) + [
        .jump(start)
      ]
    }
    for _ in range.least..<most {
      let start = steps.count
      steps += [.fork(start + 1, start + piece.count + 1)] + moved(piece, by: start + 1)
      _ = try checked(steps)
    }
    return steps
  }

  private func moved(_ steps: [Pattern.Step], by distance: Int) -> [Pattern.Step] {
    steps.map { step in
      switch step {
      case .fork(let first, let second): .fork(first + distance, second + distance)
      case .jump(let target): .jump(target + distance)
      default: step
      }
    }
  }

  private func checked(_ steps: [Pattern.Step]) throws(PatternError) -> [Pattern.Step] {
    guard steps.count < Pattern.mostSteps else {
      throw PatternError(description: "needs more than \(Pattern.mostSteps) steps; write a shorter one")
    }
    return steps
  }
}

extension PatternParser {
  private var next: Unicode.Scalar? { at < text.count ? text[at] : nil }

  private func starts(_ word: String) -> Bool { text[at...].starts(with: word.unicodeScalars) }

  private mutating func take(_ word: String) -> Bool {
    guard starts(word) else { return false }
    at += word.unicodeScalars.count
    return true
  }

  private func error(_ reason: String) -> PatternError {
    PatternError(description: "at character \(at + 1): \(reason)")
  }

  private func literal(_ letter: Unicode.Scalar) -> Pattern.Letters {
    let plain = ignoresCase ? letter.properties.lowercaseMapping.unicodeScalars.first ?? letter : letter
    return Pattern.Letters(ranges: [plain...plain])
  }

  /// Small letters of a range of capitals.
  private func smallLetters(_ range: ClosedRange<Unicode.Scalar>) -> [ClosedRange<Unicode.Scalar>] {
    let capitals = range.clamped(to: "A"..."Z")
    guard range.overlaps("A"..."Z"), let low = Unicode.Scalar(capitals.lowerBound.value + 32),
      let high = Unicode.Scalar(capitals.upperBound.value + 32)
    else { return [] }
    return [low...high]
  }

  private static func letters(_ ranges: (Unicode.Scalar, Unicode.Scalar)...) -> Pattern.Letters {
    Pattern.Letters(ranges: ranges.map { $0.0...$0.1 })
  }
}
