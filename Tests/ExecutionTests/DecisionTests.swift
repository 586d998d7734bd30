import Execution
import Kernels
import Operators
import Support
import Tensors
import Testing

/// What the selector has to decide, and what it decides once times are known.
@Suite struct DecisionTests {
  private static let input = TensorType(Shape(1, 5, 6, 7))
  private static let inner = Wired("inner") { g in
    g.add("r", ReLU(), g.add("a", Conv2D(out: 5, kernel: Pair(3), padding: Padding(1)), .input(0)))
  }
  private static let outer = Wired("outer") { g in
    let first = g.add("first", inner, .input(0))
    g.add("last", Conv2D(out: 3), g.add("second", inner, first))
  }
  /// Two for each convolution, one that computes `inner` at once, one for all that is not composite.
  private static let parts: [any Kernel] = [
    LayoutKernel("slow", Form(cycles: 100)) { !($0 is any Composite) },
    LayoutKernel("fast", Form(cycles: 50)) { $0 is Conv2D },
    LayoutKernel("whole", Form(cycles: 120)) { $0.text == inner.text },
  ]
  private static let catalogue = Catalogue(parts + [Layers(name: "layers", Catalogue(parts))])

  private static func names(_ catalogue: Catalogue) throws -> [String] {
    let layers = catalogue.kernels.compactMap { $0 as? Layers }.first
    let compilation = try #require(layers).compilation(outer, [input], isa: .baseline)
    return compilation.steps.map(\.choice.kernel.name)
  }

  /// The composite within, though it occurs twice, once; steps with one kernel are no decision.
  @Test func decisionsAreListedOnce() {
    let found = Self.catalogue.decisions(Self.outer, [Self.input], isa: .baseline)
    #expect(found.map(\.op.text) == [Self.inner.text, Conv2D(out: 3).text])
    #expect(Self.catalogue.decisions(ReLU(), [Self.input], isa: .baseline).isEmpty)
    #expect(Self.catalogue.decisions(Conv2D(out: 3), [Self.input], isa: .baseline).count == 1)
  }

  @Test func estimatesDecideWithoutTimes() throws {
    #expect(try Self.names(Self.catalogue) == ["whole", "whole", "fast"])
  }

  @Test func timesDecideWithinAComposite() throws {
    var times = MeasuredTimes()
    times.insert(1, of: "slow", for: Conv2D(out: 3), [Self.input], isa: .baseline)
    times.insert(2, of: "fast", for: Conv2D(out: 3), [Self.input], isa: .baseline)
    #expect(try Self.names(Self.catalogue.tuned(by: times)) == ["whole", "whole", "slow"])
    times.insert(2, of: "whole", for: Self.inner, [Self.input], isa: .baseline)
    times.insert(1, of: "layers", for: Self.inner, [Self.input], isa: .baseline)
    let parts = try Self.names(Self.catalogue.tuned(by: times))
    #expect(!parts.contains("whole") && parts.last == "slow" && parts.count == 5)
  }
}
