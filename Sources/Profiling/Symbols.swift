/// Names for the addresses of a recorded profile.
struct Symbols {
  private let mappings: [Mapping]
  private let notes: [String: String]
  private var tables: [String: SymbolTable] = [:]
  private var known: [UInt: String] = [:]

  init(_ profile: RecordedProfile) {
    mappings = profile.mappings
    notes = profile.notes
  }

  /// The symbol of the function at an address, as the linker knows it: from the notes of the profile, else from the file
  /// that was mapped there; nil if neither knows.
  mutating func symbol(_ address: UInt) -> String? {
    if let name = known[address] { return name.isEmpty ? nil : name }
    let name = notes[Symbols.note(address)] ?? lookUp(address)
    known[address] = name ?? ""
    return name
  }

  static func note(_ address: UInt) -> String { "symbol." + String(address, radix: 16) }

  private mutating func lookUp(_ address: UInt) -> String? {
    guard let mapping = mappings.first(where: { $0.addresses.contains(address) }) else { return nil }
    if tables[mapping.path] == nil { tables[mapping.path] = SymbolTable(path: mapping.path) }
    let offset = address - mapping.addresses.lowerBound + mapping.offset
    return tables[mapping.path]?.name(offset: UInt64(offset))
  }
}

extension RecordedProfile {
  /// Addresses of code, leaf first: callers are where they called, not where they go on.
  static func code(_ stack: [UInt]) -> [UInt] {
    stack.indices.map { $0 == 0 ? stack[0] : stack[$0] &- 1 }
  }

  /// Notes the symbol of every address, so that the file can be read without the executable.
  public mutating func noteSymbols() {
    var symbols = Symbols(self)
    for address in Set(stacks.keys.flatMap(RecordedProfile.code)).sorted() {
      if let name = symbols.symbol(address), !name.contains("\n") { note(Symbols.note(address), name) }
    }
  }
}
