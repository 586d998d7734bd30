import Records

/// Which rows of two files are held against each other.
///
/// What a machine happens to have is no part of a case's identity. Rows that are alike in everything are partners. Of what is
/// left, the best instruction set of one side is the partner of the best of the other, as both stand for the same request.
struct Pairing {
  enum Kind: Sendable { case exact, otherISA, otherThreads }

  /// Why a row of the baseline has no partner.
  enum Absence: Sendable, Equatable {
    case obstacle(Obstacle)
    /// The row of the records that says why nothing was measured.
    case refused(by: Int)
    case unexplained
  }

  private let records: [Record]
  private let baseline: [Record]
  /// What the records' machine is and has.
  let machine: RecordedMachine
  private let storedMachine: RecordedMachine
  /// Row of the baseline by row of the records.
  private(set) var partners: [Int: (base: Int, kind: Kind)] = [:]
  /// Rows of the baseline without partner, in their order.
  private(set) var absent: [(base: Int, why: Absence)] = []
  /// Rows of the records that only explain rows of the baseline.
  private(set) var explanations: Set<Int> = []
  private var paired: Set<Int> = []

  init(_ records: [Record], baseline: [Record]) {
    (self.records, self.baseline) = (records, baseline)
    (machine, storedMachine) = (RecordedMachine(records), RecordedMachine(baseline))
    pairAlike { CaseIdentity($0) }
    // One side asked for all variants, the other one for the best: the kernel's own name.
    pairAlike { row in
      var identity = CaseIdentity(row)
      identity.kernel = row.kernel
      return identity
    }
    let heads = Dictionary(grouping: records.indices) { Self.request(records[$0]) }
    let bases = Dictionary(grouping: baseline.indices) { Self.request(baseline[$0]) }
    for (request, heads) in heads {
      guard let bases = bases[request] else { continue }
      pairBest(heads, bases)
      pairOtherThreads(heads, bases)
    }
    for base in baseline.indices where !paired.contains(base) {
      absent.append((base, absence(base, heads[Self.request(baseline[base])] ?? [])))
    }
  }

  /// A case without what depends on the machine.
  private static func request(_ row: Record) -> CaseIdentity {
    var identity = CaseIdentity(row)
    (identity.isa, identity.threads) = ("", nil)
    return identity
  }

  /// What rows have in common with the reference's row.
  static func workload(_ row: Record) -> CaseIdentity {
    var identity = request(row)
    identity.kernel = ""
    return identity
  }

  private mutating func pair(_ head: Int, _ base: Int, _ kind: Kind) {
    partners[head] = (base, kind)
    paired.insert(base)
  }

  private mutating func pairAlike(_ identity: (Record) -> CaseIdentity) {
    let open = baseline.indices.filter { !paired.contains($0) }
    let places = Dictionary(open.map { (identity(baseline[$0]), $0) }) { first, _ in first }
    for head in records.indices where partners[head] == nil {
      if let base = places[identity(records[head])], !paired.contains(base) { pair(head, base, .exact) }
    }
  }

  /// The best rows of each thread count, where neither has a partner.
  private mutating func pairBest(_ heads: [Int], _ bases: [Int]) {
    for (threads, bases) in Dictionary(grouping: bases, by: { baseline[$0].threads }) where threads != nil {
      let heads = heads.filter { records[$0].threads == threads }
      guard let head = best(heads, records, machine), partners[head] == nil,
        let base = best(bases, baseline, storedMachine), !paired.contains(base)
      else { continue }
      pair(head, base, .otherISA)
    }
  }

  /// The row of the widest instruction set; nil: none, or nobody can tell.
  private func best(_ places: [Int], _ rows: [Record], _ machine: RecordedMachine) -> Int? {
    guard places.count > 1 else { return places.first }
    func rank(_ place: Int) -> Int {
      RecordedMachine(rows[place]).rank(rows[place].isa) ?? machine.rank(rows[place].isa) ?? -1
    }
    guard places.allSatisfy({ rank($0) >= 0 }) else { return nil }
    return places.max { rank($0) < rank($1) }
  }

  /// Of requests for more threads than the machine has, one row that shows the counts.
  private mutating func pairOtherThreads(_ heads: [Int], _ bases: [Int]) {
    guard let cpus = machine.cpus, !bases.contains(where: paired.contains),
      let base = bases.min(by: { baseline[$0].threads ?? 0 < baseline[$1].threads ?? 0 }),
      let least = baseline[base].threads, least > cpus,
      let head = heads.filter({ records[$0].threads != nil && partners[$0] == nil })
        .max(by: { records[$0].threads ?? 0 < records[$1].threads ?? 0 })
    else { return }
    pair(head, base, .otherThreads)
  }

  /// - Parameter heads: rows of the same request.
  private mutating func absence(_ base: Int, _ heads: [Int]) -> Absence {
    let row = baseline[base]
    // Rows of a request that failed as a whole have no thread count.
    let refusals = heads.filter {
      records[$0].threads == nil && records[$0].status != Record.Status.ok.rawValue
    }
    if let head = refusals.first(where: { records[$0].isa == row.isa }) { return refused(by: head) }
    if heads.contains(where: { records[$0].threads != nil }) {
      if let threads = row.threads, let cpus = machine.cpus, threads > cpus {
        return .obstacle(.threads(threads, cpus: cpus))
      }
      if !machine.instructionSets.isEmpty, machine.rank(row.isa) == nil { return .obstacle(.isa(row.isa)) }
    }
    if let head = refusals.first { return refused(by: head) }
    return isNeverTried(row) ? .obstacle(.isa(row.isa)) : .unexplained
  }

  private mutating func refused(by head: Int) -> Absence {
    explanations.insert(head)
    return Obstacle(refusal: records[head]).map(Absence.obstacle) ?? .refused(by: head)
  }

  /// Where all variants are asked for and the CPU lacks the instruction set, one row stands for them, without their names.
  private func isNeverTried(_ row: Record) -> Bool {
    records.contains {
      $0.workloadText == row.workloadText && $0.isa == row.isa && $0.cache == row.cache
        && Obstacle(refusal: $0) == .isa(row.isa)
    }
  }
}
