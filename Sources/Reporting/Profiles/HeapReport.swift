import CaseProfiles
import Foundation
import PlainText
import Profiling
import Records

/// What one case does to the heap, in all its forms.
public struct HeapReport {
  private let heap: CaseHeap
  private let other: OtherHeap?
  private static let shownFunctions = 12

  /// The forms by a file's ending.
  public static var forms: [FileForm<HeapReport>] {
    [
      FileForm(".heap") { $0.heap.recorded.bytes },
      FileForm(".pb.gz") { Pprof.file($0.heap.stacks, comments: [$0.heap.title]) },
      FileForm(".folded", text: \.collapsed),
      FileForm(".speedscope.json") { Array(Speedscope.text($0.heap.stacks.bytes, name: $0.heap.title).utf8) },
      FileForm(".svg", text: \.flameGraph.svg), FileForm(".txt", text: \.text),
      FileForm(".md", text: \.markdown),
    ]
  }

  /// - Parameter other: what it is compared with.
  public init(_ heap: CaseHeap, other: OtherHeap?) { (self.heap, self.other) = (heap, other) }

  private var title: String { heap.title + (other.map { " against \($0.title ?? $0.path)" } ?? "") }

  private var flameGraph: FlameGraph {
    FlameGraph(heap.stacks.bytes, title: "\(title): bytes allocated", before: other?.stacks.bytes)
  }

  private var collapsed: String {
    other.map { CollapsedStacks.difference($0.stacks.bytes, heap.stacks.bytes) }
      ?? CollapsedStacks.text(heap.stacks.bytes)
  }

  /// For a terminal.
  public var text: String { text(\.console) { $0 } }
  private var markdown: String { text(\.markdown) { Markdown.escaped($0, beginsLine: true) } }

  private func text(_ form: (Table) -> String, _ escaped: (String) -> String) -> String {
    var parts = [
      "\(escaped(heap.title)): every allocation on the heap\n", form(phases), form(stages), memory,
    ]
    if heap.missing.objects > 0 {
      parts.append(
        "who allocates lacks \(Numbers.count(heap.missing.objects)) allocations: tcmalloc had no room for more stacks\n"
      )
    }
    parts += who.map { "\($0.title)\n\n\(form($0.table))" }
    if let other { parts.append("\(escaped(changesTitle(other)))\n\n\(form(changes(other)))") }
    return parts.joined(separator: "\n")
  }

  private static let phaseColumns: [Column<CaseHeap.Phase>] = [
    Column("phase", text: { $0.name }).shown(
      nil, .custom { $0.name + ($0.calls > 1 ? ", \($0.calls) calls" : "") }),
    Column("allocations", integer: { $0.count.use.allocations }).shown(),
    Column("bytes", integer: { $0.count.use.bytes }).shown(),
    Column("frees", integer: { $0.count.use.frees }).shown(),
    Column("stays", integer: { $0.count.stays }).shown(),
    Column("peak", integer: { $0.count.peak }).shown(),
  ]

  private var phases: Table { Listing(heap.phases, Self.phaseColumns).table() }

  /// What the first call and one of the steady state do in a stage.
  private struct StageRow: Sendable {
    let name: String
    var isStage = true
    let first: PerCall
    let steady: PerCall
  }

  private struct PerCall: Sendable {
    let use: HeapUse
    let calls: Int

    func cell(_ number: Int) -> Cell {
      number % calls == 0 ? .integer(number / calls) : .real(Double(number) / Double(calls))
    }
    var allocations: Cell { cell(use.allocations) }
    var bytes: Cell { cell(use.bytes) }
  }

  private static let stageColumns: [Column<StageRow>] = [
    Column("stage", text: { $0.name }).shown(),
    Column("first_call") { $0.first.allocations }.shown("first call"),
    Column("first_call_bytes") { $0.first.bytes }.shown("bytes"),
    Column("steady_call") { $0.steady.allocations }.shown("steady call"),
    Column("steady_call_bytes") { $0.steady.bytes }.shown("bytes"),
  ]

  /// Of one call, by the thread that is in a stage.
  private var stages: Table {
    let calls = heap.phases.filter { $0.calls > 0 }
    guard let first = calls.first, let steady = calls.last else { return Table([]) }
    func outside(_ phase: CaseHeap.Phase) -> PerCall {
      let use = phase.count.stages.reduce(phase.count.use) {
        HeapUse(allocations: $0.allocations - $1.allocations, bytes: $0.bytes - $1.bytes)
      }
      return PerCall(use: use, calls: phase.calls)
    }
    let rows = heap.stages.map { stage in
      StageRow(
        name: stage.name, first: PerCall(use: first.count.stages[stage.index], calls: first.calls),
        steady: PerCall(use: steady.count.stages[stage.index], calls: steady.calls))
    }
    let rest = StageRow(
      name: "outside stages", isStage: false, first: outside(first), steady: outside(steady))
    return Listing(rows + [rest], Self.stageColumns, grouped: 0) { ["\($0.isStage)"] }.table()
  }

  private var memory: String {
    let (asked, written) = (heap.workspaceBytes, heap.workspaceWritten)
    return """
      workspace: \(Numbers.count(asked)) bytes (workspace_bytes), of which a call writes \(Numbers.count(written)); mapped, \
      not on the heap
      peak of a call: \(Numbers.count(heap.callPeak)) bytes, its workspace and what it takes from the heap
      weights that a call reads: \(Numbers.count(heap.weightBytes)) bytes of what prepare allocates and keeps

      """
  }

  /// Functions of `prepare` and `bind` by bytes and by number; those of calls where there are any.
  private var who: [(title: String, table: Table)] {
    // Only what prepares a network calls so deep.
    let early = [CaseHeap.prepare, CaseHeap.bind, Attribution.deep]
    let before = heap.stacks.functions { early.contains($0) }
    let calls = heap.stacks.functions { !early.contains($0) }
    var result = [
      ("who allocates in prepare and bind, by bytes:", functions(before, by: \.bytes)),
      ("by number:", functions(before, by: \.objects)),
    ]
    if !calls.isEmpty {
      result.append(("who allocates in \(heap.calls) calls, by number:", functions(calls, by: \.objects)))
    }
    return result
  }

  private static let functionColumns: [Column<HeapStacks.Function>] = [
    Column("bytes_self", integer: { $0.itself.bytes }).shown("bytes self"),
    Column("bytes_cumulative", integer: { $0.cumulative.bytes }).shown("cumulative"),
    Column("number_self", integer: { $0.itself.objects }).shown("number self"),
    Column("number_cumulative", integer: { $0.cumulative.objects }).shown("cumulative"),
    Column("function", text: { $0.name }).shown(),
  ]

  private func functions(_ list: [HeapStacks.Function], by value: KeyPath<HeapCounts.Pieces, Int>) -> Table {
    let sorted = list.sorted {
      let (a, b) = ($0, $1)
      return (b.itself[keyPath: value], b.cumulative[keyPath: value], a.name)
        < (a.itself[keyPath: value], a.cumulative[keyPath: value], b.name)
    }
    return Listing(Array(sorted.prefix(HeapReport.shownFunctions)), Self.functionColumns).table()
  }

  private func changesTitle(_ other: OtherHeap) -> String {
    let calls = other.calls.map { $0 == heap.calls ? "" : ", of \($0) calls before and \(heap.calls) now" }
    return "bytes against \(other.title ?? other.path)\(calls ?? ""):"
  }

  private struct Change: Sendable {
    let name: String
    let before: Int
    let now: Int
    var difference: Int { now - before }
  }

  private static let changeColumns: [Column<Change>] = [
    Column("before", integer: { $0.before }).shown(), Column("now", integer: { $0.now }).shown(),
    Column("change", integer: { $0.difference }).shown(
      nil, .custom { ($0.difference < 0 ? "−" : "+") + Numbers.count(abs($0.difference)) }),
    Column("function", text: { $0.name }).shown("function (bytes self)"),
  ]

  /// Functions whose bytes changed most.
  private func changes(_ other: OtherHeap) -> Table {
    func bytes(_ stacks: HeapStacks) -> [String: Int] {
      Dictionary(uniqueKeysWithValues: stacks.functions { _ in true }.map { ($0.name, $0.itself.bytes) })
    }
    let (before, now) = (bytes(other.stacks), bytes(heap.stacks))
    let changes = Set(before.keys).union(now.keys)
      .map { Change(name: $0, before: before[$0] ?? 0, now: now[$0] ?? 0) }
      .sorted { (abs($1.difference), $1.now, $0.name) < (abs($0.difference), $0.now, $1.name) }
    return Listing(Array(changes.prefix(HeapReport.shownFunctions)), Self.changeColumns).table()
  }
}
