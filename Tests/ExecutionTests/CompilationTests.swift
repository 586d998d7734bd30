import Execution
import Kernels
import Operators
import Support
import Tensors
import Testing

/// All passes together, with kernels that say what the test wants.
@Suite struct CompilationTests {
  private static let image = Shape(2, 5, 6, 7)
  private static let blocked = Layout.blocked(4)

  private static let plain = LayoutKernel("plain", Form(cycles: 1000)) { !($0 is Reorder) }
  private static func wide(_ cycles: Double, epilogues: Set<Epilogue> = []) -> LayoutKernel {
    LayoutKernel(
      "blocked", Form(takes: [blocked], gives: [blocked], epilogues: epilogues, cycles: cycles)
    ) { $0 is Conv2D }
  }

  /// conv → conv → conv, the last with as many channels as the input.
  private static let chain = Wired("chain") { g in
    let first = g.add("a", Conv2D(out: 6, kernel: Pair(3), padding: Padding(1)), .input(0))
    g.add("c", Conv2D(out: 5), g.add("b", Conv2D(out: 9), first))
  }

  private func compilation(_ op: any Operator, _ kernels: [any Kernel]) throws -> Compilation {
    try Layers(name: "layers", Catalogue(kernels)).compilation(
      op, [TensorType(Self.image)], isa: .baseline)
  }

  private func agrees(_ op: any Operator, _ kernels: [any Kernel]) throws -> Bool {
    let input = try Tensor.filled(Self.image)
    let weights = try op.seededWeights([input.type])
    return try ExecutionTests.agrees(Layers(name: "layers", Catalogue(kernels)), op, [input], weights)
  }

  /// Blocked from the first to the last: one reorder before, one after.
  @Test func aChainOfBlockedKernelsHasTwoReorders() throws {
    let kernels: [any Kernel] = [Self.plain, Self.wide(600), ReorderKernel(cycles: 500)]
    let steps = try compilation(Self.chain, kernels).steps
    #expect(steps.map(\.name) == ["a", "a", "b", "c", "c"])
    #expect(steps.map(\.choice.kernel.name) == ["reorder", "blocked", "blocked", "blocked", "reorder"])
    #expect(
      steps.map(\.sources) == [[.input(0)], [.node(0)], [.node(1)], [.node(2)], [.node(3)]])
    #expect(try agrees(Self.chain, kernels))
  }

  @Test func whereReordersCostMoreTheChainStaysPlain() throws {
    let kernels: [any Kernel] = [Self.plain, Self.wide(600), ReorderKernel(cycles: 601)]
    let compilation = try compilation(Self.chain, kernels)
    #expect(compilation.steps.map(\.choice.kernel.name) == ["plain", "plain", "plain"])
    #expect(compilation.cycles == 3000)
    #expect(try agrees(Self.chain, kernels))
  }

  /// Batch norm, residual and ReLU computed by a blocked kernel: the residual is reordered, too.
  @Test func aFusedResidualIsReordered() throws {
    let block = Wired("block") { g in
      let conv = g.add("conv", Conv2D(out: 5, kernel: Pair(3), padding: Padding(1)), .input(0))
      g.add("relu", ReLU(), g.add("sum", Add(), .input(0), g.add("bn", BatchNorm(), conv)))
    }
    let kernels: [any Kernel] = [
      Self.plain, Self.wide(1, epilogues: [.batchNorm, .residual, .relu]), ReorderKernel(cycles: 1),
    ]
    let steps = try compilation(block, kernels).steps
    // Input and residual are one tensor: it is reordered once.
    #expect(steps.map(\.choice.kernel.name) == ["reorder", "blocked", "reorder"])
    #expect(steps[1].sources == [.node(0), .node(0)] && steps[1].hasResidual)
    #expect(steps[1].fused == ["bn", "sum", "relu"] && steps[1].activation == .relu)
    #expect(steps[1].batchNorm?.owner == "bn")
    #expect(try agrees(block, kernels))
  }

  /// A result that is given and read in another layout lies in both.
  @Test func aResultThatIsReadAndGivenHasBothLayouts() throws {
    let both = Wired("both") { g in
      let a = g.add("a", Conv2D(out: 6), .input(0))
      let b = g.add("b", Conv2D(out: 3), a)
      g.outputs = [b, a, b]
    }
    let kernels: [any Kernel] = [Self.plain, Self.wide(1), ReorderKernel(cycles: 1)]
    let steps = try compilation(both, kernels).steps
    #expect(steps.filter { $0.choice.kernel.name == "reorder" }.count == 3)
    #expect(try agrees(both, kernels))
  }

  @Test func theLeastEstimateIsChosenAndEqualOnesKeepTheirOrder() throws {
    func kernel(_ name: String, _ cycles: Double) -> LayoutKernel {
      LayoutKernel(name, Form(cycles: cycles)) { _ in true }
    }
    let kernels = [kernel("a", 7), kernel("b", 5), kernel("c", 5), kernel("d", 6)]
    let step = try compilation(Self.chain, kernels).steps[0]
    #expect(step.choice.kernel.name == "b")
    #expect(step.candidates.map(\.kernel.name) == ["b", "c", "d", "a"])
    #expect(try compilation(Self.chain, kernels.reversed()).steps[0].choice.kernel.name == "c")
  }

  /// A kernel for a whole composite is taken if it is faster than its parts.
  @Test(arguments: [(2999.0, 1), (3001.0, 3)])
  func aKernelOfACompositeIsTakenIfItIsFaster(cycles: Double, steps: Int) throws {
    let outer = Wired("outer") { g in g.add("inner", Self.chain, .input(0)) }
    let whole = LayoutKernel("whole", Form(cycles: cycles)) { $0.keyword == "chain" }
    let parts = LayoutKernel("part", Form(cycles: 1000)) { $0 is Conv2D }
    #expect(try compilation(outer, [whole, parts]).steps.count == steps)
    #expect(try agrees(outer, [whole, parts]))
  }

  @Test func whatHasNoKernelIsNamed() {
    func message(_ op: any Operator, _ kernels: [any Kernel]) -> String? {
      do {
        _ = try compilation(op, kernels)
        return nil
      } catch { return "\(error)" }
    }
    let convolutions = LayoutKernel("conv", Form(cycles: 1)) { $0 is Conv2D }
    let outer = Wired("outer") { g in
      g.add("relu", ReLU(), g.add("inner", Self.chain, .input(0)))
    }
    #expect(message(outer, [convolutions]) == "has no kernel for relu inside outer")
    #expect(message(ReLU(), [convolutions]) == "computes composites only")
    // Only a blocked kernel, and nobody who reorders.
    #expect(message(Self.chain, [Self.wide(1)]) == "has no kernel that changes nchw to nchw4c")
    let two = LayoutKernel(
      "two", Form(takes: [.blocked(4)], cycles: 1), Form(takes: [.blocked(8)], cycles: 1)
    ) { $0 is Conv2D }
    #expect(message(Self.chain, [two]) == "has no kernel that changes layouts as the others need")
    guard
      case .no(let reason) = Layers(name: "l", Catalogue([convolutions])).support(
        outer, [TensorType(Self.image)], isa: .baseline)
    else {
      Issue.record("a composite without a kernel for a part is supported")
      return
    }
    #expect(reason == "has no kernel for relu inside outer")
  }
}
