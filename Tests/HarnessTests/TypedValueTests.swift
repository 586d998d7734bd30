import Execution
import Harness
import HarnessSupport
import Kernels
import Operators
import ReferenceKernels
import Support
import Tensors
import Testing
import Workloads

/// Operators with several outputs, other elements than single precision and results whose length is known late, as
/// workloads without a text: verified and measured like all others.
@Suite struct TypedValueTests {
  /// The toys' kernels, flawed or not, for primitives and for composites of them.
  private static func kernels(_ flaw: ToyFlaw = .none) -> [any Kernel] {
    let parts: [any Kernel] = [ToyKernel(flaw), ReferenceParts()]
    return [parts[0], Layers(name: "tiled/layers", Catalogue(parts))]
  }

  private static func workload(_ op: any Operator, _ inputs: TensorType...) throws -> Workload {
    try Workload(op, inputs: inputs)
  }

  private static let image = TensorType(2, 3, 5, 7)

  /// Maxima and rows of a table, in a composite of composites with constants at both levels.
  private static let nested = Wired("outer", inputs: 2) { g in
    let order = g.add(Constant(Shape(4), .int64([3, 0, 2, 3])))
    let inner = Wired("inner", inputs: 2) { g in
      let order = g.add(Constant(Shape(6), .int64([5, 4, 3, 2, 1, 0])))
      let maxima = g.add("maxima", PlaneMaximum(), .input(0))
      let boxes = g.add("gather", GatherRows(), .input(1), order)
      g.outputs = [boxes, .node(0, output: 1), maxima]
    }
    let parts = g.add("parts", inner, .input(0), .input(1))
    let rows = g.add("gather", GatherRows(), parts, order)
    let kept = g.add("suppress", Suppression(), rows)
    g.outputs = [kept, .node(0, output: 1), .node(0, output: 2), order, .input(1)]
  }

  /// Boxes that were kept, counted and measured further inside.
  private static let areas = Wired("areas") { g in
    g.add("areas", BoxAreas(), g.add("suppress", Suppression(), .input(0)))
  }

  /// Only the sum of products is rounded.
  private static let training = Wired("training") { g in
    let y = g.add("conv", Conv2D(out: 4, bias: false), .input(0))
    let gradient = g.add("gradient", WeightGradient(), .input(0), .weight("conv.weight"), y)
    g.outputs = [y, gradient]
  }

  private static func workloads() throws -> [Workload] {
    [
      try workload(PlaneMaximum(), image), try workload(PlaneMaximum(), TensorType(1, 1, 1, 1)),
      try workload(GatherRows(), TensorType(9, 4), TensorType(Shape(17), .int64)),
      try workload(Suppression(), TensorType(40, 5)), try workload(areas, TensorType(40, 5)),
      // A bounded input of which half the rows hold values.
      try workload(BoxAreas(), TensorType(Shape(9, 5), isBounded: true)),
      try workload(nested, image, TensorType(6, 5)), try workload(training, image),
      // No boxes.
      try workload(Suppression(), TensorType(0, 5)), try workload(areas, TensorType(0, 5)),
      try workload(BoxAreas(), TensorType(Shape(1, 5), isBounded: true)),
      try workload(GatherRows(), TensorType(9, 4), TensorType(Shape(0), .int64)),
    ]
  }

  @Test func allAreVerified() throws {
    for workload in try Self.workloads() {
      let checks = try checks(
        workload, [.reference, .all], Self.kernels(), isas: [.baseline], threads: [1, 2, 5])
      #expect(checks.count == 4, "\(workload.text)")
      for check in checks {
        #expect(check.outcome == .right && check.fillings > 0, "\(workload.text): \(check.outcome)")
      }
    }
  }

  @Test func allAreMeasured() throws {
    for workload in try Self.workloads() {
      let rows = rows(workload, [.reference, .tiled], Self.kernels(), rounds: 1)
      #expect(rows.count == 3)
      for row in rows {
        #expect(row.status == .ok, "\(workload.text): \(row.record.reason)")
        #expect(row.record.medianMs != nil && row.record.intensity.map(\.isFinite) != false)
      }
    }
  }

  /// Each flaw, what shows it, and words of the reason.
  private static let flaws: [(ToyFlaw, any Operator, [TensorType], part: String)] = [
    (.nextIndex, PlaneMaximum(), [image], "1 of 12 outputs wrong"),
    (.lacksSecondOutput, PlaneMaximum(), [image], "6 of 12 outputs wrong with"),
    (.dependsOnThreads, PlaneMaximum(), [image], "outputs wrong with"),
    (.nextIndex, nested, [image, TensorType(6, 5)], "outputs wrong with"),
    (.oneRowLess, Suppression(), [TensorType(40, 5)], "rows with dense input, expected exactly"),
    (.tellsNoRows, Suppression(), [TensorType(40, 5)], "output 0 has -1 rows with dense input"),
    (.tellsNoRows, Suppression(), [TensorType(0, 5)], "output 0 has -1 rows with dense input"),
    (.oneRowLess, nested, [image, TensorType(6, 5)], "rows with dense input, expected exactly"),
    (.otherDecay, training, [image], "outputs wrong with"),
  ]

  /// In `verify` as in `run`, whose rows end the command with status 3.
  @Test(arguments: flaws.indices) func flawsAreFound(index: Int) throws {
    let (flaw, op, inputs, part) = Self.flaws[index]
    let workload = try Workload(op, inputs: inputs)
    let checks = try checks(workload, [.tiled], Self.kernels(flaw), threads: [1, 2])
    let reasons = checks.compactMap { if case .wrong(let reason) = $0.outcome { reason } else { nil } }
    #expect(reasons.contains { $0.contains(part) }, "\(reasons)")
    let rows = rows(workload, [.tiled], Self.kernels(flaw), rounds: 1)
    let wrong = rows.filter { $0.status == .disagrees }
    #expect(wrong.contains { $0.record.reason.contains(part) }, "\(rows.map(\.record.reason))")
  }

  /// What stands after the last row that holds a value is nobody's business.
  @Test func remainsAfterTheLastRowAreNoFlaw() throws {
    let workload = try Self.workload(Suppression(), TensorType(40, 5))
    for check in try checks(workload, [.tiled], Self.kernels(.leavesRemains), threads: [1, 2]) {
      #expect(check.outcome == .right, "\(check.outcome)")
    }
  }

  /// Traffic has the elements' own sizes: int64 takes 8 bytes.
  @Test func costsHaveTheSizesOfTheElements() throws {
    let maxima = try Self.workload(PlaneMaximum(), Self.image)
    #expect(maxima.cost.bytes == 210 * 4 + 6 * 4 + 6 * 8)
    let gather = try Self.workload(GatherRows(), TensorType(9, 4), TensorType(Shape(17), .int64))
    #expect(gather.cost.bytes == 9 * 4 * 4 + 17 * 8 + 17 * 4 * 4 && gather.cost.flops == 0)
    let nested = try Self.workload(Self.nested, Self.image, TensorType(6, 5))
    // Outputs: 4 boxes at most, 6 indices, 6 maxima, 4 indices, 6 boxes; the constants are no traffic.
    let outputs = 4 * 5 * 4 + 6 * 8 + 6 * 4 + 4 * 8 + 6 * 5 * 4
    #expect(nested.cost.bytes == 210 * 4 + 6 * 5 * 4 + outputs && nested.cost.parameters == 0)
    #expect(
      nested.outputs.text
        == "at most 4 rows, 4x5 2x3 of int64 2x3 4 of int64 6x5")
  }

  @Test func aKernelThatNobodyHasIsNamed() throws {
    let workload = try Self.workload(PlaneMaximum(), Self.image)
    let check = try checks(workload, [.tiled], [ReferenceParts()])[0]
    #expect(check.outcome == .skipped("no tiled kernel computes plane-maximum"))
  }
}

/// Convolutions by their formula, as a part of composites.
private struct ReferenceParts: Kernel {
  let name = "tiled/parts"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    op is Conv2D ? .yes(Form(cycles: 1)) : .no("convolutions only")
  }

  func prepare(_ task: KernelTask) throws -> any Prepared { try ReferenceKernel().prepare(task) }
}
