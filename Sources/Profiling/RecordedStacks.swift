/// A profile as gperftools writes it: stacks of addresses, leaf first, callers' addresses after the call, and what gives
/// them names. Its readers skip lines `cbambench.NAME=value` in the text after the stacks: there this project keeps the
/// names of stages and functions, so that a profile can be read when its executable is gone.
package protocol RecordedStacks {
  associatedtype Value
  /// Whether the leaf, too, is an address after a call, that of the allocator; else it is where the thread was.
  static var leafIsCaller: Bool { get }
  /// Frames that are noted of a stack; the roots of longer ones are missing.
  static var mostFrames: Int { get }
  var stacks: [[UInt]: Value] { get }
  var mappings: [Mapping] { get }
  /// What this project has noted in the text.
  var notes: [String: String] { get }
  /// Adds a line to the text, for readers of the file.
  mutating func note(_ name: String, _ value: String)
}

extension RecordedStacks {
  static var notePrefix: String { "cbambench." }

  static func line(_ name: String, _ value: String) -> String {
    precondition(!(name + value).contains("\n"), "a note of several lines: \(name)=\(value)")
    return "\(notePrefix)\(name)=\(value)\n"
  }

  /// The notes in a text.
  static func notes(_ text: String) -> [String: String] {
    var notes: [String: String] = [:]
    for line in text.split(separator: "\n") where line.hasPrefix(notePrefix) {
      let sides = line.dropFirst(notePrefix.count).split(separator: "=", maxSplits: 1)
      if sides.count == 2 { notes[String(sides[0])] = String(sides[1]) }
    }
    return notes
  }

  /// Addresses of code, leaf first: callers are where they called, not where they go on.
  static func code(_ stack: [UInt]) -> [UInt] {
    stack.indices.map { $0 == 0 && !leafIsCaller ? stack[0] : stack[$0] &- 1 }
  }

  /// Notes the symbol of every address, so that the file can be read without the executable.
  package mutating func noteSymbols() {
    var symbols = Symbols(mappings, notes)
    for address in Set(stacks.keys.flatMap(Self.code)).sorted() {
      if let name = symbols.symbol(address), !name.contains("\n") { note(Symbols.note(address), name) }
    }
  }
}
