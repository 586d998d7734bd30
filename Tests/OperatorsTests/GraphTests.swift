import Operators
import Support
import Tensors
import Testing

/// Names, types and sources in graphs of graphs.
@Suite struct GraphTests {
  private static let image = TensorType(1, 4, 3, 5)

  private func names(_ op: any Operator, _ inputs: [TensorType] = [image]) throws -> [String] {
    try op.weights(inputs).map(\.name)
  }

  /// What the graph itself declares comes first, then every node's own; shared ones stand once.
  @Test func weightsAreNamedByTheirNodes() throws {
    let inner = Wired("inner") { g in
      let own = g.add(Weight("table", Shape(1, 4, 3, 5), .weight))
      let a = g.add("a", Conv2D(out: 4), g.add("sum", Add(), .input(0), own))
      g.add("b", Conv2D(out: 4), a, sharing: a)
    }
    let outer = Wired("outer") { g in
      let first = g.add("first", inner, .input(0))
      g.add("second", inner, first, sharing: first)
      g.add("third", inner, first)
    }
    #expect(try names(inner) == ["table", "a.weight", "a.bias"])
    #expect(
      try names(outer)
        == ["first.table", "first.a.weight", "first.a.bias", "third.table", "third.a.weight", "third.a.bias"])
    let stages = try outer.stages([Self.image])
    #expect(
      stages.map(\.name)
        == ["first", "second", "third"].flatMap { node in ["sum", "a", "b"].map { "\(node).\($0)" } })
    #expect(
      stages.map(\.owner) == [
        "first.sum", "first.a", "first.a", "first.sum", "first.a", "first.a", "third.sum", "third.a",
        "third.a",
      ])
    // A shared composite reads its owner's table.
    #expect(
      stages.filter { $0.op is Add }.map { $0.sources[1] } == [
        .weight("first.table"), .weight("first.table"), .weight("third.table"),
      ])
    // Two of the three have weights of their own, each a table and one layer's.
    #expect(try outer.cost([Self.image]).parameters == 2 * (60 + 4 * 4 + 4))
  }

  /// Would catch: two layers that use the same weights though neither says so.
  @Test func nodesOfOneNameStopTheProgram() async {
    await #expect(processExitsWith: .failure) {
      var graph = Graph()
      graph.add("conv", Conv2D(out: 4), graph.add("conv", Conv2D(out: 4), .input(0)))
    }
    await #expect(processExitsWith: .success) {
      var graph = Graph()
      graph.add("conv2", Conv2D(out: 4), graph.add("conv1", Conv2D(out: 4), .input(0)))
      var another = Graph()
      another.add("conv1", Conv2D(out: 4), .input(0))
    }
  }

  /// Paths that meet: a node named like one inside another, or a weight of the graph named like a node's.
  @Test func weightsOfOnePathAreAnError() throws {
    let inner = Wired("inner") { g in g.add("b", Conv2D(out: 4), .input(0)) }
    let nodes = Wired("outer") { g in g.add("a.b", Conv2D(out: 4), g.add("a", inner, .input(0))) }
    let declared = Wired("outer") { g in
      let own = g.add(Weight("a.b.weight", Shape(1, 4, 3, 5), .weight))
      g.add("a", inner, g.add("sum", Add(), .input(0), own))
    }
    for outer in [nodes, declared] {
      #expect(
        message { () throws(OperatorError) in try outer.weights([Self.image]) }
          == "outer has two weights named 'a.b.weight'; each needs a name of its own")
    }
    // Who shares says so and has none.
    let shared = Wired("outer") { g in
      let a = g.add("a", inner, .input(0))
      g.add("c", inner, a, sharing: a)
    }
    #expect(try names(shared) == ["a.b.weight", "a.b.bias"])
  }

  @Test func aWeightCanBeReadAfterItsNodeAndNotBefore() throws {
    func wired(_ name: String, late: Bool) -> Wired {
      Wired("training") { g in
        if late { g.add("gradient", WeightGradient(), .input(0), .weight(name), .input(0)) }
        let y = g.add("conv", Conv2D(out: 4, bias: false), .input(0))
        if !late { g.add("gradient", WeightGradient(), .input(0), .weight(name), y) }
      }
    }
    let stages = try wired("conv.weight", late: false).stages([Self.image])
    #expect(stages[1].sources == [.input(0), .weight("conv.weight"), .node(0)])
    #expect(stages[1].inputs[1] == TensorType(4, 4, 1, 1) && stages[1].outputs == [TensorType(4, 4, 1, 1)])
    for (name, late) in [("conv.weight", true), ("conv.bias", false), ("weight", false)] {
      #expect(
        message { () throws(OperatorError) in try wired(name, late: late).outputs([Self.image]) }
          == "the graph reads the weight '\(name)', which no node before has")
    }
  }

  @Test func aSharedWeightIsReadByItsOwnersName() throws {
    func wired(_ name: String) -> Wired {
      Wired("training") { g in
        let a = g.add("a", Conv2D(out: 4, bias: false), .input(0))
        let b = g.add("b", Conv2D(out: 4, bias: false), a, sharing: a)
        g.add("gradient", WeightGradient(), .input(0), .weight(name), b)
      }
    }
    #expect(try wired("a.weight").output([Self.image]) == TensorType(4, 4, 1, 1))
    #expect(
      message { () throws(OperatorError) in try wired("b.weight").outputs([Self.image]) }
        == "the graph reads the weight 'b.weight', which no node before has")
  }

  @Test func aWeightInsideAnInnerGraphHasItsWholePath() throws {
    let inner = Wired("inner") { g in
      let y = g.add("conv", Conv2D(out: 4, bias: false), .input(0))
      g.add("gradient", WeightGradient(), .input(0), .weight("conv.weight"), y)
    }
    let outer = Wired("outer") { g in
      g.add("a", inner, .input(0))
      let b = g.add("b", Wired("middle") { g in g.add("c", inner, .input(0)) }, .input(0))
      g.outputs = [b, .weight("b.c.conv.weight")]
    }
    let stages = try outer.stages([Self.image])
    #expect(stages[1].sources[1] == .weight("a.conv.weight"))
    #expect(stages[3].sources[1] == .weight("b.c.conv.weight"))
    #expect(stages.outputs == [.node(3), .weight("b.c.conv.weight")])
    #expect(try outer.outputs([Self.image]).map(\.shape) == [Shape(4, 4, 1, 1), Shape(4, 4, 1, 1)])
  }

  @Test func sourcesThatAreNotThereAreNamed() {
    let cases: [(Graph.Source, String)] = [
      (.input(1), "the graph reads input 1 and has 1"),
      (.node(0), "the graph reads output 0 of node 0, which is not there yet"),
      (.node(7), "the graph reads output 0 of node 7, which is not there yet"),
      (.constant(0), "the graph reads constant 0 and has 0"),
    ]
    for (source, expected) in cases {
      let wired = Wired { g in g.add("relu", ReLU(), source) }
      #expect(message { () throws(OperatorError) in try wired.outputs([Self.image]) } == expected)
    }
    let second = Wired { g in
      let relu = g.add("relu", ReLU(), .input(0))
      g.outputs = [relu, .node(0, output: 1)]
    }
    let missing = "the graph reads output 1 of node 0, which is not there yet"
    #expect(message { () throws(OperatorError) in try second.outputs([Self.image]) } == missing)
    #expect(message { () throws(OperatorError) in try second.stages([Self.image]).count } == missing)
    #expect(
      message { () throws(OperatorError) in try second.outputs([Self.image, Self.image]) }
        == "wired takes 1 input, not 2")
    let wrong = Wired { g in g.add("sum", Add(), .input(0)) }
    #expect(
      message { () throws(OperatorError) in try wrong.outputs([Self.image]) }
        == "sum: add takes 2 inputs of one shape, not 1x4x3x5")
  }

  /// Two graphs deep, each with outputs in another order than its nodes and constants of its own.
  @Test func outputsAndConstantsOfInnerGraphsAreFound() throws {
    func constant(_ values: Int64...) -> Constant { Constant(Shape(values.count), .int64(values)) }
    let inner = Wired("inner", inputs: 2) { g in
      let rows = g.add(constant(2, 1))
      let maxima = g.add("maxima", PlaneMaximum(), .input(1))
      let some = g.add("some", GatherRows(), .input(0), rows)
      g.outputs = [.node(0, output: 1), some, .constant(0), maxima, .input(0)]
    }
    let middle = Wired("middle", inputs: 2) { g in
      let first = g.add(constant(0))
      g.add("inner", inner, .input(1), .input(0))
      g.add("more", GatherRows(), .node(0, output: 1), first)
      g.outputs = [.node(0, output: 2), .node(1), .node(0), .node(0, output: 4), first]
    }
    let outer = Wired("outer", inputs: 2) { g in
      let unused = g.add(constant(9))
      g.add("middle", middle, .input(0), .input(1))
      g.outputs = [unused] + (0..<5).map { .node(0, output: $0) }
    }
    let inputs = [TensorType(2, 3, 4, 4), TensorType(3, 6)]
    let stages = try outer.stages(inputs)
    #expect(stages.map(\.name) == ["middle.inner.maxima", "middle.inner.some", "middle.more"])
    #expect(stages.constants == [constant(9), constant(0), constant(2, 1)])
    #expect(
      stages.map(\.sources) == [
        [.input(0)], [.input(1), .constant(2)], [.node(1), .constant(1)],
      ])
    #expect(
      stages.outputs == [
        .constant(0), .constant(2), .node(2), .node(0, output: 1), .input(1), .constant(1),
      ])
    #expect(
      try outer.outputs(inputs).text == "1 of int64 2 of int64 1x6 2x3 of int64 3x6 1 of int64")
    #expect(stages.blocks.map(\.name) == ["middle.inner", "middle", ""])
    #expect(stages.blocks.map(\.stages) == [0..<2, 0..<3, 0..<3])
  }

  /// Layers of products one after the other; what lies beside them does not count twice.
  @Test func depthCountsLayersOfProductsInARow() throws {
    func depth(_ op: any Operator, _ inputs: TensorType...) throws -> Int { try op.stages(inputs).depth }
    #expect(try depth(ReLU(), Self.image) == 0 && depth(Conv2D(out: 4), Self.image) == 1)
    let branches = Wired { g in
      let a = g.add("a", Conv2D(out: 4), .input(0))
      let b = g.add("b", Conv2D(out: 4), g.add("relu", ReLU(), g.add("bn", BatchNorm(), a)))
      g.add("sum", Add(), b, g.add("beside", Conv2D(out: 4), .input(0)))
    }
    #expect(try depth(branches, Self.image) == 2)
    // The deepest result counts, not the last.
    let ends = Wired { g in
      let deep = g.add("deep", branches, .input(0))
      let flat = g.add("flat", Conv2D(out: 4), .input(0))
      g.outputs = [flat, deep]
    }
    #expect(try depth(ends, Self.image) == 2)
    #expect(try depth(Wired { _ in }, Self.image) == 0)
    #expect(try depth(PlaneMaximum(), Self.image) == 0)
  }

  /// Inputs of a graph are filled as the nodes want that read them, however deep, and whoever else reads them.
  @Test func inputsAreFilledAsTheirReadersWant() {
    let inner = Wired("inner", inputs: 3) { g in
      g.add("areas", Suppression(), .input(2))
      g.add("some", GatherRows(), .input(0), .input(1))
    }
    let outer = Wired("outer", inputs: 3) { g in
      g.add("relu", ReLU(), .input(2))
      g.add("inner", inner, .input(1), .input(0), .input(2))
    }
    let inputs = [TensorType(Shape(4), .int64), TensorType(9, 3), TensorType(6, 5)]
    #expect(
      (0..<3).map { outer.content(ofInput: $0, inputs) } == [
        .indices(below: 9), .dense, .boxes(height: 32, width: 48, images: 2),
      ])
    // What the graph cannot take is not filled either.
    #expect(outer.content(ofInput: 0, []) == .dense)
  }
}
