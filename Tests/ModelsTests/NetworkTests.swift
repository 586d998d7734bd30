import Foundation
import Models
import Operators
import Support
import Tensors
import Testing

/// Networks against published counts.
@Suite struct NetworkTests {
  static let image = Shape(1, 3, 224, 224)

  /// CBAM, arXiv:1807.06521, table 4: M parameters and GFLOPs, which are multiply-adds. MobileNet with CBAM is printed
  /// with attention after the stem as well, 0.576; without it there are 0.575.
  @Test func cbamTable4() throws {
    let rows = try NetworkGoldens.table4()
    #expect(rows.count == 27)
    for row in rows {
      let network = try Modules.parse("\(NetworkGoldens.name(row.network))+\(row.attention):style=caffe")
      let cost = try network.cost([Self.image])
      #expect(String(format: "%.2f", Double(cost.parameters) / 1e6) == row.parameters, "\(network.text)")
      let stages = try network.stages([Self.image])
      let billions = Double(stages.reduce(0) { $0 + Convention.paper.count($1) }) / 1e9
      if network.text.hasPrefix("mobilenet-1.0+cbam") {
        #expect(abs(billions - Double(row.gflops)!) < 0.002)
      } else {
        #expect(String(format: "%.3f", billions) == row.gflops, "\(network.text)")
      }
    }
  }

  /// Learned values, estimated values and multiply-adds of torchvision's published models, at several input extents and
  /// numbers of classes.
  @Test func modelsOfTorchvision() throws {
    let rows = try NetworkGoldens.published()
    #expect(rows.count >= 35)
    for row in rows {
      let network = try Modules.parse("\(NetworkGoldens.name(row.network)):classes=\(row.classes)")
      let input = Shape(row.input)
      let (cost, stages) = (try network.cost([input]), try network.stages([input]))
      #expect(cost.parameters == row.parameters, "\(network.text)@\(input)")
      let weights = try network.weights([input])
      #expect(weights.filter(\.isLearned).reduce(0) { $0 + $1.shape.count } == row.parameters)
      #expect(weights.filter { !$0.isLearned }.reduce(0) { $0 + $1.shape.count } == row.buffers)
      #expect(stages.filter { $0.op is Conv2D }.reduce(0) { $0 + $1.cost.macs } == row.macs.conv)
      #expect(stages.filter { $0.op is Dense }.reduce(0) { $0 + $1.cost.macs } == row.macs.dense)
      #expect(try network.output([input]) == Shape(1, row.classes))
      // More images: the same parameters, as many times the multiply-adds.
      let two = try network.cost([Shape([2] + row.input.dropFirst())])
      #expect(two.parameters == cost.parameters && two.macs == 2 * cost.macs)
    }
  }

  /// Those of He et al. 2016, section 4.2, as the widely used PyTorch code of their option A counts them.
  @Test(arguments: [
    (20, 269_722, 40_551_040), (32, 464_154, 68_862_592), (44, 658_586, 97_174_144),
    (56, 853_018, 125_485_696), (110, 1_727_962, 252_887_680),
  ])
  func cifarResNets(depth: Int, parameters: Int, macs: Int) throws {
    let network = try #require(try Modules.parse("cifar-resnet\(depth)") as? Network)
    let input = network.standardInput
    let cost = try network.cost([input])
    #expect(input == Shape(1, 3, 32, 32))
    #expect(cost.parameters == parameters && cost.macs == macs)
    #expect(try network.output([input]) == Shape(1, 10))
  }

  /// What fvcore, ptflops and thop print, to the last digit.
  @Test func countsOfOtherTools() throws {
    // CBAM's table has attention after MobileNet's stem too; that placement is no network here.
    let rows = try NetworkGoldens.counted().filter { $0.placement != "every" }
    #expect(rows.count >= 15)
    for row in rows {
      let network = try Modules.parse("\(NetworkGoldens.name(row.network))+\(row.attention)")
      let stages = try network.stages([Shape(row.input)])
      func total(_ convention: Convention) -> Int { stages.reduce(0) { $0 + convention.count($1) } }
      let place = "\(network.text)@\(row.input)"
      #expect(try network.cost([Shape(row.input)]).parameters == row.parameters, "\(place)")
      #expect(total(.fvcore) == row.fvcore, "fvcore \(place)")
      #expect(total(.ptflops) == row.ptflops, "ptflops \(place)")
      #expect(total(.thop) == row.thop, "thop \(place)")
      #expect(total(.full) == (try network.cost([Shape(row.input)]).flops))
    }
  }

  /// What dense 3×3 convolutions in the place of smaller ones would have.
  @Test func savingsOfFactorisedConvolutions() throws {
    let pair = try Saving.all(in: Modules.parse("separable:out=128").stages([Shape(1, 64, 56, 56)]))
    #expect(pair.map(\.kind) == [.separable])
    #expect(pair[0].factorised.parameters == 9 * 64 + 64 * 128 && pair[0].dense.parameters == 9 * 64 * 128)
    #expect(pair[0].dense.macs == 9 * 64 * 128 * 56 * 56)
    let block = try Saving.all(in: Modules.parse("bottleneck:width=64,s=2").stages([Shape(1, 256, 56, 56)]))
    #expect(block.map(\.kind) == [.bottleneck] && block[0].count == 1)
    #expect(block[0].factorised.parameters == 256 * 64 + 9 * 64 * 64 + 64 * 256)
    #expect(block[0].dense.macs == 9 * 256 * 256 * 28 * 28)
    func kinds(_ name: String) throws -> [String] {
      try Saving.all(in: Modules.parse(name).stages([Self.image])).map { "\($0.count) \($0.kind)" }
    }
    #expect(try kinds("resnet50") == ["16 bottleneck"])
    #expect(try kinds("resnext50-32x4d") == ["16 grouped"])
    #expect(try kinds("googlenet") == ["18 reduction"])
    #expect(try kinds("mobilenet-1.0+cbam") == ["13 separable"])
    // Narrow ends: a dense 3×3 between them would be smaller, not what the block stands for.
    #expect(try kinds("mobilenetv2-1.0") == [])
    #expect(try kinds("vgg16+se") == [])
    // 9·10¹² weights are more than a tensor can have.
    let wide = try Modules.parse("bottleneck:width=1,out=1000000").stages([Shape(1, 1_000_000, 1, 1)])
    #expect(try Saving.all(in: wide).isEmpty)
  }

  /// A filter has one kernel per input channel of its group.
  @Test(arguments: [
    ("conv:out=64,k=3@64", 64, 4096), ("conv:out=64,k=3,g=64@64", 64, 64), ("conv:out=128,g=32@64", 128, 256),
  ])
  func filtersAndKernels(text: String, filters: Int, kernels: Int) throws {
    let sides = text.split(separator: "@")
    let conv = try #require(try Modules.parse(sides[0]) as? Conv2D)
    let counts = conv.filters(TensorType(1, Int(sides[1])!, 9, 9))
    #expect(counts.filters == filters && counts.kernels == kernels)
  }

  @Test func everyAttentionFitsEveryNetwork() throws {
    for name in Architectures.names {
      let named = try #require(try Modules.parse(name) as? Network)
      let (input, result) = (named.smallInput, Shape(1, named.options.classes))
      let plain = try named.cost([input])
      for type in Modules.attention {
        let network = try Modules.parse("\(name)+\(type.keyword)")
        let cost = try network.cost([input])
        #expect(cost.parameters > plain.parameters && cost.macs > plain.macs, "\(network.text)")
        #expect(try network.output([input]) == result)
      }
      for order in CBAM.Order.allCases {
        for pools in ChannelGate.Pools.allCases {
          let text = "\(name)+cbam:order=\(order.rawValue),pool=\(pools.rawValue),k=3,r=4"
          #expect(try Modules.parse(text).output([input]) == result)
        }
      }
    }
  }

  /// Where attention sits: names of its nodes, and their number.
  @Test(arguments: [
    ("resnet18+se", 8, "layer1.0.attention."), ("resnet50+se", 16, "layer4.2.attention."),
    ("resnet152+se", 50, "layer3.35.attention."), ("vgg16+se", 5, "stage5.attention."),
    ("googlenet+se", 9, "inception4e.module.attention."), ("mobilenet-1.0+se", 26, "pair13.attention2."),
    ("mobilenetv2-1.0+se", 17, "stage6.2.attention."), ("cifar-resnet20+se", 9, "layer3.2.attention."),
    ("efficientnet-b0", 16, "stage7.0.squeeze."), ("efficientnet-b0+se", 32, "stage7.0.attention."),
  ])
  func sitesOfAttention(name: String, count: Int, example: String) throws {
    let stages = try Modules.parse(name).stages([Self.image])
    #expect(stages.count { $0.name.hasSuffix(".squeeze") } == count)
    #expect(stages.contains { $0.name.hasPrefix(example) })
  }

  @Test func attentionComesBeforeTheAdditionAndThePool() throws {
    func before(_ name: String, _ network: String) throws -> [String] {
      let stages = try Modules.parse(network).stages([Self.image])
      let stage = try #require(stages.first { $0.name == name })
      return stage.sources.map { if case .node(let i, _) = $0 { stages[i].name } else { "input" } }
    }
    #expect(try before("layer2.1.add", "resnet50+se") == ["layer2.1.attention.scale", "layer2.0.relu"])
    #expect(try before("layer2.1.attention.squeeze", "resnet50+se") == ["layer2.1.bn3"])
    #expect(try before("stage2.pool", "vgg16+se") == ["stage2.attention.scale"])
    #expect(try before("stage2.attention.squeeze", "vgg16+se") == ["stage2.relu2"])
    #expect(try before("inception3b.pool", "googlenet+se") == ["inception3b.module.attention.scale"])
    #expect(try before("stage2.1.project.conv", "mobilenetv2-1.0+se") == ["stage2.1.attention.scale"])
    #expect(try before("stage2.1.attention.squeeze", "mobilenetv2-1.0+se") == ["stage2.1.depthwise.act"])
    #expect(
      try before("stage2.1.add", "mobilenetv2-1.0+se") == ["stage2.1.project.bn", "stage2.0.project.bn"])
    #expect(try before("stage2.1.project.conv", "efficientnet-b0+se") == ["stage2.1.squeeze.scale"])
    #expect(try before("stage2.1.attention.squeeze", "efficientnet-b0+se") == ["stage2.1.project.bn"])
    #expect(
      try before("stage2.1.add", "efficientnet-b0+se") == [
        "stage2.1.attention.scale", "stage2.0.attention.scale",
      ]
    )
    #expect(
      try before("layer2.0.add", "cifar-resnet20+se") == ["layer2.0.attention.scale", "layer2.0.shortcut"])
    #expect(try before("pair2.pointwise.conv", "mobilenet-1.0+se") == ["pair2.attention1.scale"])
  }

  /// The caffe style moves the stride, and with it multiply-adds, not parameters.
  @Test func stylesDifferInMultiplyAddsAlone() throws {
    for name in ["resnet50", "resnext50-32x4d", "wide-resnet50-2.0"] {
      let costs = try ["pytorch", "caffe"].map { try Modules.parse("\(name):style=\($0)").cost([Self.image]) }
      #expect(costs[0].parameters == costs[1].parameters && costs[0].macs > costs[1].macs)
    }
    for name in ["resnet18", "vgg16", "googlenet", "mobilenet-1.0"] {
      #expect(
        try Modules.parse("\(name):style=caffe").cost([Self.image]) == Modules.parse(name).cost([Self.image]))
    }
  }
}
