import Operators
import PlainText
import Tensors
import Workloads

/// A command line taken apart: options in any order, the rest targets.
package struct Arguments {
  /// Words that belong to no option.
  package private(set) var targets: [String] = []
  private var values: [String: [String]] = [:]
  package let command: String
  /// As they were given.
  package let words: [String]

  /// Options that may be given several times.
  static let repeatable: Set = ["--output", "--export", "--contender"]

  /// - Throws: what is wrong with an option, with the nearest valid spelling.
  package init(_ words: some Sequence<String>, command: String, options: [Option]) throws(UsageError) {
    self.command = command
    self.words = Array(words)
    var words = self.words[...]
    var onlyTargets = false
    while let word = words.popFirst() {
      if onlyTargets || !word.hasPrefix("-") || word == "-" {
        targets.append(word)
      } else if word == "--" {
        onlyTargets = true
      } else {
        try add(word, &words, options)
      }
    }
  }

  /// Takes an option, with the word after it if that is its value.
  private mutating func add(
    _ word: String, _ words: inout ArraySlice<String>, _ options: [Option]
  ) throws(UsageError) {
    let sides = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let option = try option(sides[0] == "-h" ? Option.help.name : String(sides[0]), options)
    guard let form = option.value else {
      guard sides.count == 1 else {
        throw UsageError("\(option.name) takes no value, not '\(sides[1].shown)'")
      }
      values[option.name, default: []].append("")
      return
    }
    guard let value = sides.count == 2 ? String(sides[1]) : words.popFirst(), !value.isEmpty else {
      throw UsageError("\(option.name) needs a value: \(option.name) \(form)")
    }
    guard Self.repeatable.contains(option.name) || values[option.name] == nil else {
      throw UsageError("\(option.name) is given twice")
    }
    values[option.name, default: []].append(value)
  }

  private func option(_ name: String, _ options: [Option]) throws(UsageError) -> Option {
    if let option = options.first(where: { $0.name == name }) { return option }
    let hint = Words.nearest(name, among: options.map(\.name)).map { "; did you mean '\($0)'?" }
    throw UsageError(
      "'\(name.shown)' is not an option of '\(command)'\(hint ?? "; see 'cbambench \(command) --help'")")
  }

  /// What is named, or `standard` where nothing is; without one, something must be.
  func targets(or standard: String? = nil) throws(UsageError) -> [String] {
    if !targets.isEmpty { return targets }
    guard let standard else {
      throw UsageError("\(command) needs a target; 'cbambench \(command) --help' has an example")
    }
    return [standard]
  }

  /// Options that are given.
  package var names: Set<String> { Set(values.keys) }
  package func has(_ name: String) -> Bool { values[name] != nil }
  package func value(_ name: String) -> String? { values[name]?.first }
  package func all(_ name: String) -> [String] { values[name] ?? [] }

  /// A time, fractions of seconds included.
  package func seconds(_ name: String, upTo most: Double) throws(UsageError) -> Double? {
    guard let text = value(name) else { return nil }
    guard let number = Double(text), number > 0, number <= most else {
      throw UsageError("\(name) \(text.shown): expected seconds, more than 0, at most \(Int(most))")
    }
    return number
  }

  /// A whole number from `range`.
  package func integer(_ name: String, _ range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = value(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw UsageError(
        "\(name) \(text.shown): expected a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// Height and width, such as 56x56.
  package func size(_ name: String) throws(UsageError) -> [Int]? {
    guard let text = value(name) else { return nil }
    guard let size = try? Shape(text: text), size.rank == 2 else {
      throw UsageError("\(name) \(text.shown): expected HxW such as 56x56")
    }
    return size.extents
  }

  /// One of the raw values of an enumeration.
  package func word<T: RawRepresentable & CaseIterable>(_ name: String, _ type: T.Type) throws(UsageError)
    -> T?
  where T.RawValue == String {
    guard let text = value(name) else { return nil }
    guard let word = T(rawValue: text) else {
      let known = T.allCases.map(\.rawValue)
      let hint = Words.nearest(text, among: known).map { "; did you mean '\($0)'?" } ?? ""
      throw UsageError("\(name) \(text.shown): expected one of: \(known.joined(separator: " "))\(hint)")
    }
    return word
  }

  /// Whole numbers from `range`, separated by commas, each once.
  package func integers(_ name: String, _ range: ClosedRange<Int>) throws(UsageError) -> [Int]? {
    guard let text = value(name) else { return nil }
    var numbers: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let number = Int(part), range.contains(number) else {
        throw UsageError(
          "\(name) \(text.shown): '\(part.shown)' is not a whole number from \(range.lowerBound) to \(range.upperBound)"
        )
      }
      if !numbers.contains(number) { numbers.append(number) }
    }
    return numbers
  }
}
