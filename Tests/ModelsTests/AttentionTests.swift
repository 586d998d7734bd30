import Models
import Operators
import Support
import Tensors
import Testing

@Suite struct AttentionTests {
  static let image = Shape(1, 256, 56, 56)

  static let modules: [any AttentionModule] = [
    SqueezeExcitation(), SqueezeExcitation(reduction: 3, bias: false), ChannelAttention(),
    ChannelAttention(reduction: 4, pools: .max), ChannelAttention(reduction: 7, pools: .avg),
    SpatialAttention(),
    SpatialAttention(kernel: 3), CBAM(), CBAM(reduction: 8, kernel: 3, order: .spatialFirst),
    CBAM(order: .parallel, pools: .avg), CBAM(order: .parallel),
    CBAM(ChannelGate(reduction: 4, bias: false), SpatialGate(isNormalised: false)),
    SpatialAttention(isNormalised: false), ChannelAttention(ChannelGate(HiddenWidth(fixed: 40))),
    SqueezeExcitation(
      HiddenWidth(reduction: 300, atLeast: 2), bias: false, activation: .silu, gate: .hardSigmoid),
  ]

  @Test(arguments: [Shape(1, 256, 56, 56), Shape(2, 16, 7, 9), Shape(3, 17, 1, 1)])
  func shapeInSameShapeOut(shape: Shape) throws {
    for module in Self.modules { #expect(try module.outputs([shape]) == [shape], "\(module.text)") }
  }

  @Test func cbamParameters() throws {
    let cost = try CBAM(reduction: 16, kernel: 7).cost([Self.image])
    #expect(cost.parameters == 8192 + 272 + 98 + 2)
    #expect(cost.parameters == 8564)
  }

  @Test func squeezeExcitationParameters() throws {
    #expect(try SqueezeExcitation().cost([Self.image]).parameters == 8192 + 272)
    #expect(try SqueezeExcitation(bias: false).cost([Self.image]).parameters == 8192)
  }

  /// As people write it: `Conv2d(C, C // r, 1, bias=False)`, and no batch norm.
  @Test(arguments: [
    ("cbam", 8192 + 272 + 98 + 2), ("cbam:bias=0", 8192 + 98 + 2), ("cbam:bn=0", 8192 + 272 + 98),
    ("cbam:bias=0,bn=0", 8290), ("cbam:bias=0,bn=0,k=3,r=4", 2 * 256 * 64 + 18),
    ("channel-attention:bias=0", 8192), ("spatial-attention:bn=0", 98),
    ("cbam:hidden=20,bias=0,bn=0", 2 * 256 * 20 + 98), ("cbam:hidden=300,bn=0", 2 * 256 * 300 + 556 + 98),
    ("se:r=64,min-hidden=8", 2 * 256 * 8 + 8 + 256), ("se:r=64,min-hidden=3", 2 * 256 * 4 + 4 + 256),
    ("se:r=1000,min-hidden=3,bias=0", 2 * 256 * 3),
  ])
  func parametersWithoutBiasAndNorm(text: String, expected: Int) throws {
    let op = try Modules.parse(text)
    #expect(try op.cost([Self.image]).parameters == expected)
    let learned = try op.weights([Self.image]).filter(\.isLearned)
    #expect(learned.reduce(0) { $0 + $1.shape.count } == expected)
  }

  /// What is left out is not computed: one addition per output of each layer and use, two operations per pixel.
  @Test func absentBiasesAndNormsAreNotCounted() throws {
    let (with, without) = (
      try CBAM().cost([Self.image]), try Modules.parse("cbam:bias=0,bn=0").cost([Self.image])
    )
    #expect(with.flops - without.flops == 2 * (16 + 256) + 2 * 3136)
    #expect(with.macs == without.macs && with.macsInside == without.macsInside)
    #expect(with.bytes - without.bytes == 4 * (8564 - 8290))
  }

  @Test func hiddenWidths() {
    #expect(HiddenWidth(reduction: 16, atLeast: 8).units(64) == 8)
    #expect(HiddenWidth(reduction: 16, atLeast: 8).units(256) == 16)
    #expect(HiddenWidth(reduction: 16).units(15) == 0 && HiddenWidth(fixed: 5).units(1000) == 5)
  }

  @Test func hiddenUnitsAreRoundedDown() throws {
    // ⌊100 / 16⌋ = 6.
    let cost = try SqueezeExcitation().cost([Shape(1, 100, 4, 4)])
    #expect(cost.parameters == 2 * 100 * 6 + 6 + 100)
    #expect(cost.macs == 2 * 100 * 6)
    #expect(SqueezeExcitation().hidden(100) == 6 && CBAM().hidden(256) == 16)
  }

  @Test func cbamCostByHand() throws {
    let cost = try CBAM(reduction: 16, kernel: 7).cost([Self.image])
    // The MLP twice, and 98 taps for each of 3136 pixels.
    // 53 + 54 + 55 + 56 + 55 + 54 + 53 = 380 taps inside per axis.
    #expect(cost.macs == 2 * 8192 + 98 * 3136)
    #expect(cost.macsInside == 2 * 8192 + 2 * 380 * 380)
    let channel = 256 * 3136 + 256 * 3135 + 2 * (2 * 8192 + 16 + 16 + 256) + 256 + 3 * 256 + 256 * 3136
    let spatial = 3136 * 511 + 2 * 98 * 3136 + 2 * 3136 + 3 * 3136 + 256 * 3136
    #expect(cost.flops == channel + spatial)
    #expect(cost.flops == 5_478_208)
    #expect(cost.bytes == 4 * (2 * 256 * 3136 + 8564))
  }

  @Test func squeezeExcitationCostByHand() throws {
    let cost = try SqueezeExcitation().cost([Self.image])
    #expect(cost.macs == 8192 && cost.macsInside == 8192)
    #expect(cost.flops == 256 * 3136 + 2 * 8192 + 16 + 16 + 256 + 3 * 256 + 256 * 3136)
    #expect(cost.bytes == 4 * (2 * 256 * 3136 + 8464))
  }

  @Test func sharedPerceptronCountsOnceInParametersAndTwiceInMacs() throws {
    let (both, avg, max) = (
      try ChannelAttention(pools: .both).cost([Self.image]),
      try ChannelAttention(pools: .avg).cost([Self.image]),
      try ChannelAttention(pools: .max).cost([Self.image])
    )
    #expect(both.parameters == 8464 && avg.parameters == 8464 && max.parameters == 8464)
    #expect(both.macs == 16384 && avg.macs == 8192 && max.macs == 8192)
    #expect(both.bytes == avg.bytes && both.bytes == max.bytes)
    let stages = try ChannelAttention(pools: .both).stages([Self.image])
    let dense = stages.filter { $0.op is Dense }
    #expect(
      dense.map(\.name) == ["gate.mlp.fc1", "gate.mlp.fc2", "gate.mlp-max.fc1", "gate.mlp-max.fc2"])
    #expect(dense.map(\.cost.parameters) == [4096 + 16, 4096 + 256, 0, 0])
    #expect(dense.map(\.cost.macs) == [4096, 4096, 4096, 4096])
  }

  @Test func theArrangementsOfCBAMCostTheSame() throws {
    let costs = try CBAM.Order.allCases.map { try CBAM(order: $0).cost([Self.image]) }
    #expect(costs.count == 3 && Set(costs).count == 1)
  }

  @Test func cbamIsChannelAndSpatialAttention() throws {
    let (channel, spatial, both) = (
      try ChannelAttention().cost([Self.image]), try SpatialAttention().cost([Self.image]),
      try CBAM().cost([Self.image])
    )
    #expect(both.parameters == channel.parameters + spatial.parameters)
    #expect(both.macs == channel.macs + spatial.macs)
    #expect(both.macsInside == channel.macsInside + spatial.macsInside)
    #expect(both.flops == channel.flops + spatial.flops)
    #expect(both.bytes < channel.bytes + spatial.bytes)
  }

  @Test(arguments: [
    ("se", ["squeeze", "mlp.fc1", "mlp.fc2", "sigmoid", "scale"]),
    (
      "channel-attention:pool=max",
      ["gate.max-pool", "gate.mlp.fc1", "gate.mlp.fc2", "gate.sigmoid", "scale"]
    ),
    ("spatial-attention", ["gate.pool", "gate.conv", "gate.bn", "gate.sigmoid", "scale"]),
    (
      "cbam:pool=avg",
      [
        "channel.avg-pool", "channel.mlp.fc1", "channel.mlp.fc2", "channel.sigmoid", "channel-scale",
        "spatial.pool",
        "spatial.conv", "spatial.bn", "spatial.sigmoid", "spatial-scale",
      ]
    ),
    (
      "cbam:order=spatial-first",
      [
        "spatial.pool", "spatial.conv", "spatial.bn", "spatial.sigmoid", "spatial-scale", "channel.avg-pool",
        "channel.mlp.fc1", "channel.mlp.fc2", "channel.max-pool", "channel.mlp-max.fc1",
        "channel.mlp-max.fc2",
        "channel.add", "channel.sigmoid", "channel-scale",
      ]
    ),
  ])
  func stagesInRunningOrder(text: String, names: [String]) throws {
    #expect(try Modules.parse(text).stages([Self.image]).map(\.name) == names)
  }

  @Test func weightsAreNamedByTheirPaths() throws {
    let names = try CBAM().weights([Self.image]).map(\.name)
    #expect(
      names == [
        "channel.mlp.fc1.weight", "channel.mlp.fc1.bias", "channel.mlp.fc2.weight", "channel.mlp.fc2.bias",
        "spatial.conv.weight", "spatial.bn.weight", "spatial.bn.bias", "spatial.bn.mean",
        "spatial.bn.variance",
      ])
    let shapes = try CBAM().weights([Self.image]).map(\.shape)
    #expect(shapes[0] == Shape(16, 256) && shapes[2] == Shape(256, 16) && shapes[4] == Shape(1, 2, 7, 7))
  }

  @Test func theSitesOfSEResNet50() throws {
    let sites = [(3, 256, 56), (4, 512, 28), (6, 1024, 14), (3, 2048, 7)]
    let sum = try sites.reduce(0) { total, site in
      let cost = try SqueezeExcitation(reduction: 16).cost([Shape(1, site.1, site.2, site.2)])
      return total + site.0 * cost.parameters
    }
    #expect(sum == 2_530_992)
  }

  @Test(arguments: ["se:r=17", "channel-attention:r=17", "cbam:r=17", "cbam:r=17,order=spatial-first"])
  func aReductionAboveTheChannelsIsAnError(text: String) throws {
    let op = try Modules.parse(text)
    let image = [Shape(2, 16, 5, 5)]
    let start = "reduction r=17 in \(op.keyword) leaves no hidden unit of 16 channels; r must be at most 16"
    #expect(message { () throws(OperatorError) in try op.outputs(image) } == start)
    #expect(message { () throws(OperatorError) in try op.weights(image) } == start)
    #expect(message { () throws(OperatorError) in try op.cost(image) } == start)
    #expect(message { () throws(OperatorError) in try op.stages(image) } == start)
    // One hidden unit is enough.
    #expect(try op.outputs([Shape(2, 17, 5, 5)]) == [Shape(2, 17, 5, 5)])
  }

  @Test func onlyImagesHaveAttention() throws {
    for module in try Self.modules + Modules.attention.map({ try Modules.parse($0.keyword) as any Operator })
    {
      let expected = "\(module.keyword) takes N×C×H×W, not the shape 4x256"
      #expect(message { () throws(OperatorError) in try module.outputs([Shape(4, 256)]) } == expected)
      #expect(message { () throws(OperatorError) in try module.weights([Shape(4, 256)]) } == expected)
      #expect(message { () throws(OperatorError) in try module.stages([Shape(4, 256)]) } == expected)
    }
    #expect(
      message { () throws(OperatorError) in try ChannelGate(reduction: 4).outputs([Shape(4, 256)]) }
        == "channel-gate takes N×C×H×W, not the shape 4x256")
  }

  /// A hard sigmoid is 1 from 3 on: around that value most gates would be 1 whatever the layers computed.
  @Test func hardGatesAreSeededWhereTheyAreNotFlat() throws {
    for (text, center) in [("se", 3), ("se:gate=hard-sigmoid", 1.5)] as [(String, Float)] {
      let weights = try Modules.parse(text).weights([Self.image])
      #expect(weights.first { $0.name == "mlp.fc2.bias" }?.center == center)
      #expect(weights.first { $0.name == "mlp.fc1.bias" }?.center == 0)
    }
  }

  @Test func modulesTakeOneInput() throws {
    let image = Shape(1, 16, 5, 5)
    let composites: [any Composite] =
      Self.modules + [BasicBlock(out: 16), Bottleneck(width: 4), SpatialGate(), ChannelGate(reduction: 4)]
    for op in composites {
      for inputs in [[], [image, image]] {
        let expected = "\(op.keyword) takes 1 input, not \(inputs.count)"
        #expect(message { () throws(OperatorError) in try op.outputs(inputs) } == expected)
        #expect(message { () throws(OperatorError) in try op.weights(inputs) } == expected)
        #expect(message { () throws(OperatorError) in try op.cost(inputs) } == expected)
      }
    }
  }

  @Test func multilayerPerceptronKeepsItsWidth() throws {
    let mlp = BottleneckMLP(hidden: 4)
    #expect(try mlp.outputs([Shape(2, 32)]) == [Shape(2, 32)])
    #expect(try mlp.outputs([Shape(2, 32, 1, 1)]) == [Shape(2, 32)])
    #expect(try mlp.cost([Shape(2, 32)]).macs == 2 * 2 * 32 * 4)
    #expect(
      try mlp.weights([Shape(2, 32)]).map(\.name) == ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"])
    #expect(mlp.text == "mlp")
  }
}
