/// Names for the addresses of a recorded profile.
struct Symbols {
  private let mappings: [Mapping]
  private let notes: [String: String]
  private var tables: [String: SymbolTable] = [:]
  private var known: [UInt: String] = [:]

  init(_ mappings: [Mapping], _ notes: [String: String]) {
    self.mappings = mappings
    self.notes = notes
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
    let (offset, isTooLarge) = mapping.offset.addingReportingOverflow(address - mapping.addresses.lowerBound)
    return isTooLarge ? nil : tables[mapping.path]?.name(offset: UInt64(offset))
  }
}
