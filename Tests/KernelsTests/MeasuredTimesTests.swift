import Kernels
import Operators
import Tensors
import Testing

/// The selector's choice once times are known.
@Suite struct MeasuredTimesTests {
  /// Says how it would compute anything, and never does.
  private struct Stated: Kernel {
    let name: String
    let forms: [Form]

    init(_ name: String, _ cycles: Double...) {
      (self.name, forms) = (name, cycles.map { Form(cycles: $0) })
    }

    func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support { .forms(forms) }
    func prepare(_ task: KernelTask) throws -> any Prepared { throw OperatorError("computes nothing") }
  }

  private static let op = Conv2D(out: 4, kernel: Pair(3))
  private static let inputs = [TensorType(Shape(1, 2, 5, 6))]
  private static let catalogue = Catalogue([Stated("a", 100), Stated("b", 200), Stated("c", 400)])

  private static func times(_ known: [String: Double], isa: ISA = .baseline) -> MeasuredTimes {
    var times = MeasuredTimes()
    for (kernel, time) in known { times.insert(time, of: kernel, for: op, inputs, isa: isa) }
    return times
  }

  private func order(
    _ known: [String: Double], _ kernels: Catalogue = catalogue, isa: ISA = .baseline,
    inputs: [TensorType] = inputs
  ) -> [String] {
    kernels.tuned(by: Self.times(known, isa: isa)).choices(Self.op, inputs, isa: .baseline).map(\.kernel.name)
  }

  @Test func timesGoBeforeEstimates() {
    #expect(order([:]) == ["a", "b", "c"])
    #expect(order(["a": 3, "b": 2, "c": 1]) == ["c", "b", "a"])
    #expect(order(["a": 3e-9, "b": 1e-9, "c": 2e-9]) == ["b", "c", "a"])
  }

  /// What was not measured is no rival of what was, however little it was thought to take.
  @Test func unmeasuredKernelsComeLast() {
    #expect(order(["b": 2, "c": 1]) == ["c", "b", "a"])
    #expect(order(["c": 1]) == ["c", "a", "b"])
  }

  @Test func otherQuestionsKeepTheirEstimates() {
    let known = ["a": 3.0, "b": 2, "c": 1]
    #expect(order(known, isa: .avx2) == ["a", "b", "c"])
    #expect(order(known, inputs: [TensorType(Shape(2, 2, 5, 6))]) == ["a", "b", "c"])
    let times = Self.times(known)
    let other = Self.catalogue.tuned(by: times).choices(
      Conv2D(out: 5, kernel: Pair(3)), Self.inputs, isa: .baseline)
    #expect(other.map(\.kernel.name) == ["a", "b", "c"])
  }

  /// Ratios are those of the times, whatever the unit; the geometric mean is that of the estimates.
  @Test(arguments: [1e-9, 1, 1e6])
  func onlyRatiosCount(unit: Double) {
    let tuned = Self.catalogue.tuned(by: Self.times(["a": 8 * unit, "b": unit]))
    let cycles = tuned.choices(Self.op, Self.inputs, isa: .baseline).prefix(2).map(\.form.cycles)
    #expect(abs(cycles[1] / cycles[0] - 8) < 1e-9)
    #expect(abs(cycles[0] * cycles[1] / (100 * 200) - 1) < 1e-9)
  }

  /// A kernel's forms stay in their ratio: what was measured is its fastest.
  @Test func formsOfAKernelKeepTheirRatio() {
    let kernels = Catalogue([Stated("a", 300, 100), Stated("b", 150)])
    let tuned = kernels.tuned(by: Self.times(["a": 4, "b": 1]))
    let cycles = tuned.choices(Self.op, Self.inputs, isa: .baseline)
    #expect(cycles.map(\.kernel.name) == ["b", "a", "a"])
    #expect(abs(cycles[1].form.cycles / cycles[0].form.cycles - 4) < 1e-9)
    #expect(abs(cycles[2].form.cycles / cycles[1].form.cycles - 3) < 1e-9)
  }

  @Test func theFastestOfTwoOrMoreIsKnown() {
    #expect(Self.times(["a": 2, "b": 1]).fastest(Self.op, Self.inputs, isa: .baseline) == "b")
    #expect(Self.times(["a": 2]).fastest(Self.op, Self.inputs, isa: .baseline) == nil)
    #expect(Self.times(["a": 2, "b": 1]).fastest(Self.op, Self.inputs, isa: .avx2) == nil)
  }

  @Test func aCatalogueKeepsItsTimesWithoutTransforms() {
    let times = Self.times(["a": 3, "b": 2, "c": 1])
    let exact = Self.catalogue.tuned(by: times).exact
    #expect(exact.best(Self.op, Self.inputs, isa: .baseline)?.kernel.name == "c")
  }
}
