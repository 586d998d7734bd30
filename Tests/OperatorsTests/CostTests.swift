import Operators
import Support
import Tensors
import Testing

/// An operator on its inputs, with numbers worked out by hand.
struct CostRow: Sendable, CustomTestStringConvertible {
  let op: any Operator
  let inputs: [Shape]
  let output: Shape
  /// parameters, macs, macsInside, flops, bytes
  let numbers: [Int]

  init(_ op: any Operator, _ inputs: Shape..., to output: Shape, _ numbers: Int...) {
    (self.op, self.inputs, self.output, self.numbers) = (op, inputs, output, numbers)
  }

  var testDescription: String { "\(op.text) on \(inputs.map(\.description).joined(separator: " and "))" }
}

@Suite struct CostTests {
  static let convolutions = [
    // ResNet's first layer; 110 + 111 + 111 + 112 + 112 + 111 + 111 = 778 taps inside per axis.
    CostRow(
      Conv2D(out: 64, kernel: Pair(7), stride: Pair(2), padding: Padding(3), bias: false),
      Shape(1, 3, 224, 224),
      to: Shape(1, 64, 112, 112), 9408, 118_013_952, 116_214_528, 236_027_904, 3_851_008),
    // 2 + 3 + 2 taps inside per axis.
    CostRow(
      Conv2D(out: 4, kernel: Pair(3), padding: Padding(1)), Shape(1, 2, 3, 3), to: Shape(1, 4, 3, 3), 76, 648,
      392,
      1332, 520),
    CostRow(
      Conv2D(out: 2, kernel: Pair(3), dilation: Pair(2)), Shape(1, 1, 5, 5), to: Shape(1, 2, 1, 1), 20, 18,
      18, 38,
      188),
    CostRow(Conv2D(out: 8, groups: 4), Shape(2, 8, 2, 2), to: Shape(2, 8, 2, 2), 24, 128, 128, 320, 608),
    // Depthwise; 1 + 2 + 2 taps inside per axis.
    CostRow(
      Conv2D(out: 8, kernel: Pair(3), stride: Pair(2), padding: Padding(1), groups: 8, bias: false),
      Shape(1, 8, 4, 4),
      to: Shape(1, 8, 2, 2), 72, 288, 200, 576, 928),
    // 7 rows of taps inside, 2 + 2 + 3 + 3 + 2 = 12 columns.
    CostRow(
      Conv2D(out: 2, kernel: Pair(3, 5), stride: Pair(1, 2), padding: Padding(1, 2), activation: .relu),
      Shape(1, 1, 3, 6), to: Shape(1, 2, 3, 3), 32, 270, 168, 576, 272),
    // A stride that leaves a remainder.
    CostRow(
      Conv2D(out: 1, kernel: Pair(2), stride: Pair(3), bias: false), Shape(1, 1, 7, 8), to: Shape(1, 1, 2, 3),
      4, 24,
      24, 48, 264),
    // Taps that never lie inside the image: of 5×5 only the middle one does.
    CostRow(
      Conv2D(out: 1, kernel: Pair(5), padding: Padding(2), bias: false), Shape(3, 1, 1, 1),
      to: Shape(3, 1, 1, 1), 25, 75,
      3, 150, 124),
  ]

  static let pools = [
    CostRow(
      Pool2D(.max, window: Pair(3), stride: Pair(2), padding: Padding(1)), Shape(1, 64, 112, 112),
      to: Shape(1, 64, 56, 56), 0, 0, 0, 1_605_632, 4_014_080),
    CostRow(Pool2D(.avg, window: Pair(2)), Shape(1, 1, 5, 5), to: Shape(1, 1, 2, 2), 0, 0, 0, 16, 116),
    CostRow(
      Pool2D(.max, window: Pair(2), ceilMode: true), Shape(1, 1, 5, 5), to: Shape(1, 1, 3, 3), 0, 0, 0, 27,
      136),
    CostRow(
      Pool2D(.avg, window: Pair(2, 3), stride: Pair(1, 2), padding: Padding(1, 0), countPadding: true),
      Shape(2, 3, 4, 5), to: Shape(2, 3, 5, 2), 0, 0, 0, 360, 720),
    CostRow(
      ConvTranspose2D(out: 5, kernel: Pair(4), stride: Pair(2), padding: Padding(1)), Shape(2, 3, 4, 4),
      to: Shape(2, 5, 8, 8), 3 * 5 * 16 + 5, 2 * 3 * 5 * 256, 2 * 3 * 5 * 14 * 14, 2 * 7680 + 640,
      4 * (96 + 245 + 640)),
    CostRow(
      ConvTranspose2D(out: 4, kernel: Pair(2), stride: Pair(2), groups: 2, bias: false), Shape(1, 2, 3, 3),
      to: Shape(1, 4, 6, 6), 16, 144, 144, 288, 4 * (18 + 16 + 144)),
    CostRow(
      Subsample(out: 8, stride: 2), Shape(1, 4, 5, 6), to: Shape(1, 8, 3, 3), 0, 0, 0, 0, 4 * (120 + 72)),
    CostRow(GlobalPool(.avg), Shape(2, 3, 4, 5), to: Shape(2, 3, 1, 1), 0, 0, 0, 120, 504),
    CostRow(GlobalPool(.max), Shape(2, 3, 4, 5), to: Shape(2, 3, 1, 1), 0, 0, 0, 114, 504),
    CostRow(ChannelPool(), Shape(1, 256, 7, 7), to: Shape(1, 2, 7, 7), 0, 0, 0, 25039, 50568),
    CostRow(ChannelPool(), Shape(2, 1, 1, 3), to: Shape(2, 2, 1, 3), 0, 0, 0, 6, 72),
  ]

  static let others = [
    CostRow(
      Dense(out: 1000), Shape(1, 2048), to: Shape(1, 1000), 2_049_000, 2_048_000, 2_048_000, 4_097_000,
      8_208_192),
    CostRow(
      Dense(out: 3, bias: false, activation: .relu), Shape(2, 4, 1, 1), to: Shape(2, 3), 12, 24, 24, 54, 104),
    CostRow(Dense(out: 5), Shape(2, 3, 2, 2), to: Shape(2, 5), 65, 120, 120, 250, 396),
    CostRow(BatchNorm(), Shape(1, 3, 2, 2), to: Shape(1, 3, 2, 2), 6, 0, 0, 24, 120),
    CostRow(BatchNorm(), Shape(4, 3), to: Shape(4, 3), 6, 0, 0, 24, 120),
    CostRow(ReLU(), Shape(2, 5), to: Shape(2, 5), 0, 0, 0, 10, 80),
    CostRow(ReLU6(), Shape(2, 5), to: Shape(2, 5), 0, 0, 0, 20, 80),
    CostRow(SiLU(), Shape(2, 5), to: Shape(2, 5), 0, 0, 0, 40, 80),
    CostRow(HardSigmoid(), Shape(2, 5), to: Shape(2, 5), 0, 0, 0, 40, 80),
    CostRow(HardSwish(), Shape(2, 5), to: Shape(2, 5), 0, 0, 0, 50, 80),
    CostRow(
      Dense(out: 3, activation: .silu), Shape(2, 5), to: Shape(2, 3), 18, 30, 30, 60 + 6 + 24,
      4 * (10 + 18 + 6)),
    CostRow(Sigmoid(), Shape(2, 5), to: Shape(2, 5), 0, 0, 0, 30, 80),
    CostRow(Add(), Shape(1, 2, 3, 3), Shape(1, 2, 3, 3), to: Shape(1, 2, 3, 3), 0, 0, 0, 18, 216),
    CostRow(Scale(.channel), Shape(2, 3, 4, 4), Shape(2, 3, 1, 1), to: Shape(2, 3, 4, 4), 0, 0, 0, 96, 792),
    CostRow(Scale(.channel), Shape(2, 3, 4, 4), Shape(2, 3), to: Shape(2, 3, 4, 4), 0, 0, 0, 96, 792),
    CostRow(Scale(.pixel), Shape(2, 3, 4, 4), Shape(2, 1, 4, 4), to: Shape(2, 3, 4, 4), 0, 0, 0, 96, 896),
    CostRow(Concat(2), Shape(1, 2, 3, 3), Shape(1, 5, 3, 3), to: Shape(1, 7, 3, 3), 0, 0, 0, 0, 504),
    CostRow(Concat(1), Shape(1, 2, 3, 3), to: Shape(1, 2, 3, 3), 0, 0, 0, 0, 144),
  ]

  @Test(arguments: convolutions + pools + others)
  func shapeAndCost(row: CostRow) throws {
    #expect(try row.op.outputs(row.inputs) == [row.output])
    let cost = try row.op.cost(row.inputs)
    #expect([cost.parameters, cost.macs, cost.macsInside, cost.flops, cost.bytes] == row.numbers)
  }

  @Test(arguments: convolutions + pools + others)
  func learnedWeightsAreTheParameters(row: CostRow) throws {
    let weights = try row.op.weights(row.inputs)
    #expect(weights.filter(\.isLearned).reduce(0) { $0 + $1.shape.count } == row.numbers[0])
    #expect(Set(weights.map(\.name)).count == weights.count)
  }

  @Test(arguments: convolutions + pools + others)
  func aPrimitiveIsItsOnlyStage(row: CostRow) throws {
    let stages = try row.op.stages(row.inputs)
    #expect(stages.count == 1)
    #expect(stages[0].name == row.op.keyword)
    #expect(stages[0].inputs.map(\.shape) == row.inputs && stages[0].outputs.map(\.shape) == [row.output])
    #expect(try stages[0].cost == row.op.cost(row.inputs))
  }

  @Test func weightsHaveNamesShapesRolesAndFanIn() throws {
    let conv = Conv2D(out: 6, kernel: Pair(3, 5), groups: 2)
    #expect(
      try conv.weights([Shape(1, 4, 9, 9)]) == [
        Weight("weight", Shape(6, 2, 3, 5), .weight, fanIn: 30), Weight("bias", Shape(6), .bias),
      ])
    #expect(try Conv2D(out: 6, bias: false).weights([Shape(1, 4, 9, 9)]).map(\.name) == ["weight"])
    #expect(
      try Dense(out: 6).weights([Shape(2, 4, 3, 1)]) == [
        Weight("weight", Shape(6, 12), .weight, fanIn: 12), Weight("bias", Shape(6), .bias),
      ])
    let norm = try BatchNorm().weights([Shape(2, 4, 3, 1)])
    #expect(norm.map(\.name) == ["weight", "bias", "mean", "variance"])
    #expect(norm.map(\.role) == [.scale, .shift, .mean, .variance])
    #expect(norm.map(\.isLearned) == [true, true, false, false])
    #expect(norm.allSatisfy { $0.shape == Shape(4) })
  }

  @Test func inputsOfOneShape() throws {
    let shape = Shape(2, 3, 4, 5)
    let image = TensorType(shape)
    #expect(try Conv2D(out: 1).inputs(for: [shape]) == [image])
    #expect(try Add().inputs(for: [shape]) == [image, image])
    #expect(try Concat(3).inputs(for: [shape]) == [image, image, image])
    #expect(try Scale(.channel).inputs(for: [shape]) == [image, TensorType(2, 3, 1, 1)])
    #expect(try Scale(.pixel).inputs(for: [shape]) == [image, TensorType(2, 1, 4, 5)])
    for op in [Conv2D(out: 1), Add(), Concat(3), Scale(.pixel), ReLU()] as [any Spelled] {
      #expect(try op.inputs(for: [shape]).count == op.inputCount)
    }
  }

  @Test func exactOnIntegersAreThoseWithoutDivisionOrExponential() {
    let exact: [any Operator] = [
      Conv2D(out: 1), Dense(out: 1), ReLU(), Add(), Scale(.pixel), Concat(2), GlobalPool(.max),
      Pool2D(.max, window: Pair(2)),
    ]
    #expect(exact.allSatisfy { $0.isExactOnIntegers })
    let others: [any Operator] = [
      BatchNorm(), Sigmoid(), GlobalPool(.avg), Pool2D(.avg, window: Pair(2)), ChannelPool(),
    ]
    #expect(others.allSatisfy { !$0.isExactOnIntegers })
  }
}
