import Execution
import Kernels
import Measurement
import Operators
import Support
import Tensors
import Testing

/// Where results lie, and for how long.
@Suite struct MemoryPlanTests {
  private typealias Step = MemoryPlan.Step

  /// A step that reads and writes so many bytes.
  private func step(_ reads: Graph.Source..., writes: Int...) -> Step {
    Step(reads: reads, writes: writes.map { .init(bytes: $0) })
  }

  /// Each result is read by the next step alone: two places are enough, and the last result is an output.
  @Test func aChainNeedsTwoPlaces() {
    let steps = (0..<5).map { i in step(i == 0 ? .input(0) : .node(i - 1), writes: 10) }
    #expect(MemoryPlan(steps, outputs: [.node(4)], alignment: 1).scratch == 20)
    #expect(MemoryPlan(steps, outputs: [.node(4)], alignment: 16).scratch == 26)
    #expect(MemoryPlan(Array(steps.prefix(1)), outputs: [.node(0)], alignment: 16).scratch == 0)
  }

  /// A result that is read later stays until then.
  @Test func aSkipConnectionStays() {
    let steps = [
      step(.input(0), writes: 10), step(.node(0), writes: 10), step(.node(1), writes: 10),
      step(.node(2), .node(0), writes: 10),
    ]
    #expect(MemoryPlan(steps, outputs: [.node(3)], alignment: 1).scratch == 30)
  }

  /// Outputs of the whole lie nowhere else; what nobody reads has a place all the same.
  @Test func outputsNeedNoScratch() {
    let steps = [step(.input(0), writes: 10, 20), step(.node(0, output: 1), writes: 5)]
    let both = MemoryPlan(steps, outputs: [.node(1), .node(0, output: 1)], alignment: 1)
    #expect(both.scratch == 10 && both.copies.isEmpty)
    #expect(MemoryPlan(steps, outputs: [.node(1)], alignment: 1).scratch == 30)
  }

  @Test func whatNoStepWritesThereIsCopied() {
    let steps = [step(.input(0), writes: 10)]
    let outputs: [Graph.Source] = [
      .node(0), .input(0), .node(0), .constant(0), .weight("a.weight"), .input(0),
    ]
    let plan = MemoryPlan(steps, outputs: outputs, alignment: 1)
    #expect(plan.copies.map(\.output) == [1, 2, 3, 4, 5])
    #expect(plan.copies.map(\.source) == Array(outputs.dropFirst()))
    #expect(plan.scratch == 0)
    let empty = MemoryPlan([], outputs: [.input(0)], alignment: 64)
    #expect(empty.copies.count == 1 && empty.scratch == 0)
  }

  /// The number of rows of a bounded result has a line of its own after all results; that of an output is the output's.
  @Test func numbersOfRowsFollowTheResults() {
    let steps = [
      Step(reads: [.input(0)], writes: [.init(bytes: 100, isBounded: true)]),
      Step(reads: [.node(0)], writes: [.init(bytes: 60, isBounded: true), .init(bytes: 8)]),
      Step(reads: [.node(1)], writes: [.init(bytes: 20, isBounded: true)]),
    ]
    let plan = MemoryPlan(steps, outputs: [.node(2)], alignment: 64)
    // 100 and 60 at once, 8 beside them; two numbers of rows.
    #expect(plan.scratch == 256 + 2 * 64)
    #expect(MemoryPlan(steps, outputs: [.node(2), .node(0), .node(1)], alignment: 64).scratch == 8)
  }

  /// Random graphs: every step finds what it reads as it was written, and so do the outputs in the end. Flaws it would catch:
  /// results that overlap, a life that ends too early, outputs that are not copied, rows that are mixed up.
  @Test(arguments: 0..<150)
  func whatIsReadIsWhatWasWritten(seed: Int) {
    RandomGraph(seed: seed).run()
  }
}

/// Steps with any number of outputs, and memory to run them in.
private struct RandomGraph {
  private let steps: [MemoryPlan.Step]
  private let outputs: [Graph.Source]
  private let alignment: Int
  private static let inputs = 2
  private static let held = [Graph.Source.constant(0), .weight("w")]
  private static let largest = 100

  init(seed: Int) {
    var generator = SplitMix64(seed: UInt64(seed))
    var sources: [Graph.Source] = (0..<Self.inputs).map { .input($0) } + Self.held
    var steps: [MemoryPlan.Step] = []
    for index in 0..<Int.random(in: 1...25, using: &generator) {
      let reads = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
        // Mostly what has just been written.
        sources[max(0, sources.count - 1 - Int.random(in: 0..<12, using: &generator))]
      }
      let writes = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
        MemoryPlan.Result(
          bytes: Int.random(in: 0...Self.largest, using: &generator),
          isBounded: Int.random(in: 0..<4, using: &generator) == 0)
      }
      steps.append(.init(reads: reads, writes: writes))
      sources += writes.indices.map { .node(index, output: $0) }
    }
    outputs = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
      sources.randomElement(using: &generator) ?? .input(0)
    }
    alignment = [1, 8, 64].randomElement(using: &generator) ?? 1
    self.steps = steps
  }

  private func result(_ source: Graph.Source) -> MemoryPlan.Result {
    if case .node(let step, let output) = source { return steps[step].writes[output] }
    return .init(bytes: Self.largest)
  }

  func run() {
    let plan = MemoryPlan(steps, outputs: outputs, alignment: alignment)
    let memory = Memory()
    let (scratch, inputs) = (memory.place(plan.scratch), (0..<Self.inputs).map { _ in memory.place() })
    let (given, held) = (outputs.map { _ in memory.place() }, Self.held.map { _ in memory.place() })
    let places = PlannedMemory(plan, inputs: inputs, outputs: given, scratch: scratch.address) { source in
      held[Self.held.firstIndex(of: source) ?? 0]
    }
    var marks: [Graph.Source: UInt8] = [:]
    func write(_ source: Graph.Source) {
      let (mark, place) = (UInt8(marks.count + 1), places[source])
      marks[source] = mark
      place.address.initializeMemory(as: UInt8.self, repeating: mark, count: result(source).bytes)
      if result(source).isBounded { place.rows?.pointee = Int(mark) }
    }
    func check(_ place: Place, _ source: Graph.Source) {
      let bytes = UnsafeRawBufferPointer(start: place.address, count: result(source).bytes)
      #expect(bytes.allSatisfy { $0 == marks[source] }, "\(source)")
      if result(source).isBounded { #expect(place.rows?.pointee == marks[source].map(Int.init)) }
    }
    for source in (0..<Self.inputs).map({ Graph.Source.input($0) }) + Self.held { write(source) }
    for (index, step) in steps.enumerated() {
      for output in step.writes.indices { write(.node(index, output: output)) }
      // After writing: what is read must not lie where the step writes.
      for source in step.reads { check(places[source], source) }
    }
    for copy in places.copies(outputs.map { result($0).bytes }) { copy.body(0..<copy.tiles, 0) }
    for (place, source) in zip(given, outputs) { check(place, source) }
    for case .node(let step, let output) in Set(marks.keys)
    where !outputs.contains(.node(step, output: output)) {
      let offset = places[.node(step, output: output)].address - scratch.address
      #expect(offset % alignment == 0 && offset >= 0)
      #expect(offset + steps[step].writes[output].bytes <= plan.scratch)
    }
  }
}

/// Places that live as long as this value.
private final class Memory {
  private var parts: [UnsafeMutableRawPointer] = []

  func place(_ bytes: Int = 100) -> Place {
    let rows = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    let part = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes), alignment: 64)
    parts += [UnsafeMutableRawPointer(rows), part]
    return Place(part, rows: rows)
  }

  deinit { for part in parts { part.deallocate() } }
}
