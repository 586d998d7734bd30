import Records

/// What rows tell about the machine that made them.
struct RecordedMachine: Sendable, Equatable {
  /// Usable CPUs; nil: the rows do not say.
  private(set) var cpus: Int?
  /// Instruction sets that it can execute, the narrowest first; empty: the rows do not say.
  private(set) var instructionSets: [String] = []
  /// Its caches, as in the fingerprint; empty: the rows do not say.
  private(set) var caches: [String] = []

  /// Of a fingerprint, `MODEL, 2 CPUs; L1 32 KiB; …; baseline avx2`, or else of the machine column, its first part.
  init(_ row: Record) {
    let text = row.fingerprint.isEmpty ? row.machine : row.fingerprint
    let parts = text.split(separator: ";")
    cpus = (parts.first?.firstMatch(of: /, ([0-9]+) CPUs?$/)?.1).flatMap { Int($0) }
    let words = parts.dropFirst().last?.split(separator: " ").map(String.init) ?? []
    if words.first == "baseline" { instructionSets = words }
    caches = parts.dropFirst().map(String.init).filter { $0.hasPrefix(" L") }
  }

  /// Whether blocks that are cut for the caches are the same on both, as far as is known.
  func hasCaches(like other: RecordedMachine) -> Bool {
    caches.isEmpty || other.caches.isEmpty || caches == other.caches
  }

  /// Of a file: what any of its machines can do.
  init(_ rows: [Record]) {
    var seen: Set<String> = []
    for row in rows where seen.insert(row.fingerprint + row.machine).inserted {
      let machine = RecordedMachine(row)
      cpus = [cpus, machine.cpus].compactMap { $0 }.max()
      for isa in machine.instructionSets where !instructionSets.contains(isa) { instructionSets.append(isa) }
    }
  }

  /// How wide an instruction set is among those of the machine; nil: unknown.
  func rank(_ isa: String) -> Int? { instructionSets.firstIndex(of: isa) }
}
