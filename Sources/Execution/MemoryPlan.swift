import Kernels
import Operators
import Tensors

/// Where everything lies that steps read and write: results between two steps share one arena by liveness, results of the
/// whole lie in its outputs.
///
/// Sources name steps: `.node(2, output: 1)` is the second output of the third step.
public struct MemoryPlan: Sendable {
  /// What one step reads and writes, in running order.
  public struct Step: Sendable {
    /// Steps before this one, inputs, constants and weights.
    public let reads: [Graph.Source]
    /// Its results, in the order of its outputs.
    public let writes: [Result]

    /// A step that reads nothing is possible.
    public init(reads: [Graph.Source], writes: [Result]) {
      self.reads = reads
      self.writes = writes
    }
  }

  /// One output of a step.
  public struct Result: Sendable {
    /// In the layout that is written, filled-up blocks included.
    public let bytes: Int
    /// Whether the step tells how many rows hold values.
    public let isBounded: Bool

    /// Not bounded, unless said.
    public init(bytes: Int, isBounded: Bool = false) {
      self.bytes = bytes
      self.isBounded = isBounded
    }
  }

  /// Bytes of scratch memory for results between steps.
  public let scratch: Int
  /// Outputs of the whole that no step writes there: inputs, constants, weights and results that are given twice.
  public let copies: [(source: Graph.Source, output: Int)]
  private let offsets: [Graph.Source: Int]
  /// Where the number of rows of a bounded result lies.
  private let rowOffsets: [Graph.Source: Int]
  private let outputs: [Graph.Source: Int]

  /// - Parameters:
  ///   - outputs: where the results of the whole come from.
  ///   - alignment: of every result, in bytes.
  public init(_ steps: [Step], outputs: [Graph.Source], alignment: Int) {
    let (direct, copies) = MemoryPlan.direct(outputs)
    (self.outputs, self.copies) = (direct, copies)
    var results: [Graph.Source] = []
    var index: [Graph.Source: Int] = [:]
    var lives: [(bytes: Int, first: Int, last: Int)] = []
    for (step, item) in steps.enumerated() {
      for source in item.reads { if let i = index[source] { lives[i].last = step } }
      for (k, result) in item.writes.enumerated() {
        let source = Graph.Source.node(step, output: k)
        index[source] = results.count
        results.append(source)
        lives.append((direct[source] == nil ? result.bytes : 0, step, step))
      }
    }
    let arena = Arena(
      lives.map { Arena.Interval(size: $0.bytes, first: $0.first, last: $0.last) }, alignment: alignment)
    offsets = Dictionary(uniqueKeysWithValues: zip(results, arena.offsets))
    let bounded = results.filter { source in
      guard case .node(let step, let k) = source else { return false }
      return steps[step].writes[k].isBounded && direct[source] == nil
    }
    // Numbers of rows follow the results, each in a line of its own.
    let rows = (arena.size + 63) / 64 * 64
    rowOffsets = Dictionary(uniqueKeysWithValues: zip(bounded, bounded.indices.map { rows + 64 * $0 }))
    scratch = bounded.isEmpty ? arena.size : rows + 64 * bounded.count
  }

  /// Which results steps can write into the outputs of the whole, and what is left to be copied.
  private static func direct(_ outputs: [Graph.Source]) -> (
    [Graph.Source: Int], [(source: Graph.Source, output: Int)]
  ) {
    var direct: [Graph.Source: Int] = [:]
    var copies: [(source: Graph.Source, output: Int)] = []
    for (output, source) in outputs.enumerated() {
      if case .node = source, direct[source] == nil {
        direct[source] = output
      } else {
        copies.append((source, output))
      }
    }
    return (direct, copies)
  }
}

/// The memory of one call of a plan.
public struct PlannedMemory {
  let plan: MemoryPlan
  let inputs: [Place]
  let outputs: [Place]
  let scratch: UnsafeMutableRawPointer
  /// Constants and weights.
  let held: (Graph.Source) -> Place

  /// - Parameters:
  ///   - scratch: `plan.scratch` bytes, aligned as the plan is.
  ///   - held: places of constants and weights.
  public init(
    _ plan: MemoryPlan, inputs: [Place], outputs: [Place], scratch: UnsafeMutableRawPointer,
    held: @escaping (Graph.Source) -> Place
  ) {
    self.plan = plan
    self.inputs = inputs
    self.outputs = outputs
    self.scratch = scratch
    self.held = held
  }

  /// Where a source lies.
  public subscript(source: Graph.Source) -> Place {
    switch source {
    case .input(let i): inputs[i]
    case .constant, .weight: held(source)
    case .node: plan.place(source, outputs: outputs, scratch: scratch)
    }
  }
}

extension MemoryPlan {
  fileprivate func place(
    _ source: Graph.Source, outputs places: [Place], scratch: UnsafeMutableRawPointer
  ) -> Place {
    if let output = outputs[source] { return places[output] }
    guard let offset = offsets[source] else { preconditionFailure("nobody writes \(source)") }
    let rows = rowOffsets[source].map { (scratch + $0).assumingMemoryBound(to: Int.self) }
    return Place(scratch + offset, rows: rows)
  }
}

extension Sequence<TensorType> {
  /// Floats of a workspace that results of these types lie in: whole words where there are indices or numbers of rows, so
  /// that memory that ends at a page begins at a word.
  func workspace(_ floats: Int) -> Int {
    contains { $0.isBounded || $0.element.bytes > 4 } ? (floats + 1) / 2 * 2 : floats
  }
}
