import CaseProfiles
import Foundation
import PlainText
import Profiling
import Reporting
import Workloads

/// What one case does to the heap, in all its forms.
struct HeapReport {
  private let heap: CaseHeap
  private let other: OtherHeap?
  private static let shownFunctions = 12

  /// The forms by a file's ending.
  static var forms: [FormFiles<HeapReport>.Form] {
    [
      (".heap", { $0.heap.recorded.bytes }),
      (".pb.gz", { Pprof.file($0.heap.stacks, comments: [$0.heap.title]) }),
      (".folded", { Array($0.collapsed.utf8) }),
      (".speedscope.json", { Array(Speedscope.text($0.heap.stacks.bytes, name: $0.heap.title).utf8) }),
      (".svg", { Array($0.flameGraph.svg.utf8) }),
      (".txt", { Array($0.text.utf8) }),
      (".md", { Array($0.markdown.utf8) }),
    ]
  }

  /// - Parameter other: what it is compared with.
  init(_ heap: CaseHeap, other: OtherHeap?) { (self.heap, self.other) = (heap, other) }

  private var title: String { heap.title + (other.map { " against \($0.title ?? $0.path)" } ?? "") }

  private var flameGraph: FlameGraph {
    FlameGraph(heap.stacks.bytes, title: "\(title): bytes allocated", before: other?.stacks.bytes)
  }

  private var collapsed: String {
    other.map { CollapsedStacks.difference($0.stacks.bytes, heap.stacks.bytes) }
      ?? CollapsedStacks.text(heap.stacks.bytes)
  }

  var text: String { text(\.console) { $0 } }
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

  private var phases: Table {
    var table = Table(
      [
        Table.Header("phase", .left), Table.Header("allocations"), Table.Header("bytes"),
        Table.Header("frees"),
      ]
        + [Table.Header("stays"), Table.Header("peak")])
    for phase in heap.phases {
      let (count, use) = (phase.count, phase.count.use)
      table.add(
        [phase.name + (phase.calls > 1 ? ", \(phase.calls) calls" : "")]
          + [use.allocations, use.bytes, use.frees, count.stays, count.peak].map { Numbers.count($0) })
    }
    return table
  }

  /// Of one call, by the thread that is in a stage.
  private var stages: Table {
    var table = Table(
      [Table.Header("stage", .left), Table.Header("first call"), Table.Header("bytes")]
        + [Table.Header("steady call"), Table.Header("bytes")])
    let calls = heap.phases.filter { $0.calls > 0 }
    func cells(_ uses: [HeapUse]) -> [String] {
      zip(uses, calls).flatMap { use, phase in
        [use.allocations, use.bytes].map { perCall($0, phase.calls) }
      }
    }
    for stage in heap.stages { table.add([stage.name] + cells(calls.map { $0.count.stages[stage.index] })) }
    let outside = calls.map { phase in
      phase.count.stages.reduce(phase.count.use) {
        HeapUse(allocations: $0.allocations - $1.allocations, bytes: $0.bytes - $1.bytes)
      }
    }
    table.add(["outside stages"] + cells(outside), beginsGroup: true)
    return table
  }

  private func perCall(_ number: Int, _ calls: Int) -> String {
    number % calls == 0 ? Numbers.count(number / calls) : Numbers.significant(Double(number) / Double(calls))
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

  private func functions(_ list: [HeapStacks.Function], by value: KeyPath<HeapCounts.Pieces, Int>) -> Table {
    var table = Table(
      [Table.Header("bytes self"), Table.Header("cumulative")]
        + [Table.Header("number self"), Table.Header("cumulative"), Table.Header("function", .left)])
    let sorted = list.sorted {
      let (a, b) = ($0, $1)
      return (b.itself[keyPath: value], b.cumulative[keyPath: value], a.name)
        < (a.itself[keyPath: value], a.cumulative[keyPath: value], b.name)
    }
    for function in sorted.prefix(HeapReport.shownFunctions) {
      table.add(
        [
          function.itself.bytes, function.cumulative.bytes, function.itself.objects,
          function.cumulative.objects,
        ].map { Numbers.count($0) } + [function.name])
    }
    return table
  }

  private func changesTitle(_ other: OtherHeap) -> String {
    let calls = other.calls.map { $0 == heap.calls ? "" : ", of \($0) calls before and \(heap.calls) now" }
    return "bytes against \(other.title ?? other.path)\(calls ?? ""):"
  }

  /// Functions whose bytes changed most.
  private func changes(_ other: OtherHeap) -> Table {
    func bytes(_ stacks: HeapStacks) -> [String: Int] {
      Dictionary(uniqueKeysWithValues: stacks.functions { _ in true }.map { ($0.name, $0.itself.bytes) })
    }
    let (before, now) = (bytes(other.stacks), bytes(heap.stacks))
    let changes = Set(before.keys).union(now.keys).map {
      (name: $0, before: before[$0] ?? 0, now: now[$0] ?? 0)
    }.sorted { (abs($1.now - $1.before), $1.now, $0.name) < (abs($0.now - $0.before), $0.now, $1.name) }
    var table = Table([
      Table.Header("before"), Table.Header("now"), Table.Header("change"),
      Table.Header("function (bytes self)", .left),
    ])
    for change in changes.prefix(HeapReport.shownFunctions) {
      let difference = change.now - change.before
      table.add([
        Numbers.count(change.before), Numbers.count(change.now),
        (difference < 0 ? "−" : "+") + Numbers.count(abs(difference)), change.name,
      ])
    }
    return table
  }
}

/// A heap profile that was written before.
struct OtherHeap {
  let path: String
  let stacks: HeapStacks
  /// What it is of, and in how many calls; nil if another program wrote it.
  let title: String?
  let calls: Int?

  init(path: String) throws(UsageError) {
    let recorded = try ProfileCommand.other(path) { try RecordedHeap($0, name: path) }
    (self.path, title, stacks) = (path, recorded.notes["case"], Attribution.attribute(recorded))
    calls = recorded.notes["calls"].flatMap { Int($0) }
  }
}
