import Operators
import PlainText
import Tensors
import Workloads

/// An option of a command.
struct Option: Sendable {
  let name: String
  /// What the value looks like in the help; nil: a switch.
  let value: String?
  let help: String
}

/// A command line taken apart: options in any order, the rest targets.
struct Arguments {
  private(set) var targets: [String] = []
  private var values: [String: [String]] = [:]
  let command: String
  /// As they were given.
  let words: [String]

  /// Options that may be given several times.
  static let repeatable: Set = ["--output", "--export"]

  init(_ words: some Sequence<String>, command: String, options: [Option]) throws(UsageError) {
    self.command = command
    self.words = Array(words)
    var words = self.words[...]
    var onlyTargets = false
    while let word = words.popFirst() {
      if onlyTargets || !word.hasPrefix("-") || word == "-" {
        targets.append(word)
        continue
      }
      if word == "--" {
        onlyTargets = true
        continue
      }
      let sides = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = sides[0] == "-h" ? Option.help.name : String(sides[0])
      guard let option = options.first(where: { $0.name == name }) else {
        let hint = Words.nearest(name, among: options.map(\.name)).map {
          "; did you mean '\($0)'?"
        }
        throw UsageError(
          "'\(name.shown)' is not an option of '\(command)'\(hint ?? "; see 'cbambench \(command) --help'")")
      }
      guard let form = option.value else {
        guard sides.count == 1 else {
          throw UsageError("\(option.name) takes no value, not '\(sides[1].shown)'")
        }
        values[option.name, default: []].append("")
        continue
      }
      guard let value = sides.count == 2 ? String(sides[1]) : words.popFirst(), !value.isEmpty else {
        throw UsageError("\(option.name) needs a value: \(option.name) \(form)")
      }
      guard Self.repeatable.contains(option.name) || values[option.name] == nil else {
        throw UsageError("\(option.name) is given twice")
      }
      values[option.name, default: []].append(value)
    }
  }

  /// Options that are given.
  var names: Set<String> { Set(values.keys) }
  func has(_ name: String) -> Bool { values[name] != nil }
  func value(_ name: String) -> String? { values[name]?.first }
  func all(_ name: String) -> [String] { values[name] ?? [] }

  /// A time, fractions of seconds included.
  func seconds(_ name: String, upTo most: Double) throws(UsageError) -> Double? {
    guard let text = value(name) else { return nil }
    guard let number = Double(text), number > 0, number <= most else {
      throw UsageError("\(name) \(text.shown): expected seconds, more than 0, at most \(Int(most))")
    }
    return number
  }

  /// A whole number from `range`.
  func integer(_ name: String, _ range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = value(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw UsageError(
        "\(name) \(text.shown): expected a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// Height and width, such as 56x56.
  func size(_ name: String) throws(UsageError) -> [Int]? {
    guard let text = value(name) else { return nil }
    guard let size = try? Shape(text: text), size.rank == 2 else {
      throw UsageError("\(name) \(text.shown): expected HxW such as 56x56")
    }
    return size.extents
  }

  /// One of the raw values of an enumeration.
  func word<T: RawRepresentable & CaseIterable>(_ name: String, _ type: T.Type) throws(UsageError) -> T?
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
  func integers(_ name: String, _ range: ClosedRange<Int>) throws(UsageError) -> [Int]? {
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
