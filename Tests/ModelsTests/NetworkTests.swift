import Foundation
import Models
import Operators
import Tensors
import Testing

/// Networks against published counts.
@Suite struct NetworkTests {
  static let image = Shape(1, 3, 224, 224)

  /// CBAM, arXiv:1807.06521, table 4 (and table 5 for MobileNet): M parameters and GFLOPs, which are multiply-adds,
  /// without attention, with SE, with CBAM.
  static let table4: [(name: String, printed: [String])] = [
    ("resnet18", ["11.69/1.814", "11.78/1.814", "11.78/1.815"]),
    ("resnet34", ["21.80/3.664", "21.96/3.664", "21.96/3.665"]),
    ("resnet50", ["25.56/3.858", "28.09/3.860", "28.09/3.864"]),
    ("resnet101", ["44.55/7.570", "49.33/7.575", "49.33/7.581"]),
    ("wide-resnet18-1.5", ["25.88/3.866", "26.07/3.867", "26.08/3.868"]),
    ("wide-resnet18-2.0", ["45.62/6.696", "45.97/6.696", "45.97/6.697"]),
    ("resnext50-32x4d", ["25.03/3.768", "27.56/3.771", "27.56/3.774"]),
    ("resnext101-32x4d", ["44.18/7.508", "48.96/7.512", "48.96/7.519"]),
    // The paper prints 0.576 with CBAM.
    ("mobilenet-1.0", ["4.23/0.569", "5.07/0.570", "5.07/0.575"]),
  ]

  @Test(arguments: table4)
  func cbamTable4(name: String, printed: [String]) throws {
    for (attention, expected) in zip(["", "+se", "+cbam"], printed) {
      let cost = try Modules.parse("\(name)\(attention):style=caffe").cost([Self.image])
      let found = String(format: "%.2f/%.3f", Double(cost.parameters) / 1e6, Double(cost.macs) / 1e9)
      #expect(found == expected, "\(name)\(attention)")
    }
  }

  /// Parameters of torchvision's published models; its variants at 10 classes follow from the last layer.
  static let torchvision = [
    ("vgg11", 132_863_336), ("vgg11-bn", 132_868_840), ("vgg13", 133_047_848), ("vgg13-bn", 133_053_736),
    ("vgg16", 138_357_544), ("vgg16-bn", 138_365_992), ("vgg19", 143_667_240), ("vgg19-bn", 143_678_248),
    ("resnet18", 11_689_512), ("resnet34", 21_797_672), ("resnet50", 25_557_032), ("resnet101", 44_549_160),
    ("resnet152", 60_192_808), ("resnext50-32x4d", 25_028_904), ("resnext101-32x8d", 88_791_336),
    ("resnext101-64x4d", 83_455_272), ("wide-resnet50-2.0", 68_883_240), ("wide-resnet101-2.0", 126_886_696),
    ("googlenet", 6_624_904),
  ]

  @Test(arguments: torchvision)
  func parametersOfTorchvision(name: String, parameters: Int) throws {
    let network = try Modules.parse(name)
    let cost = try network.cost([Self.image])
    #expect(cost.parameters == parameters)
    let learned = try network.weights([Self.image]).filter(\.isLearned)
    #expect(learned.reduce(0) { $0 + $1.shape.count } == parameters)
    // Neither the image's extents nor the number of images changes them.
    #expect(try network.cost([Shape(2, 3, 96, 160)]).parameters == parameters)
    #expect(try network.outputs([Shape(2, 3, 96, 160)]) == [Shape(2, 1000)])
    let features =
      name.hasPrefix("vgg")
      ? 4096 : name.contains("net18") || name.contains("net34") ? 512 : name == "googlenet" ? 1024 : 2048
    let small = try Modules.parse("\(name):classes=10").cost([Self.image])
    #expect(small.parameters == parameters - 990 * (features + 1))
  }

  /// Multiply-adds of convolutions and dense layers at 224×224, as torchvision's documentation prints them (GFLOPS).
  @Test(arguments: [
    ("vgg11", 7.61), ("vgg16", 15.47), ("vgg19", 19.63), ("resnet18", 1.81), ("resnet34", 3.66),
    ("resnet50", 4.09),
    ("resnet101", 7.80), ("resnet152", 11.51), ("resnext50-32x4d", 4.23), ("resnext101-32x8d", 16.41),
    ("resnext101-64x4d", 15.46), ("wide-resnet50-2.0", 11.40), ("wide-resnet101-2.0", 22.75),
    ("googlenet", 1.50),
  ])
  func multiplyAddsOfTorchvision(name: String, billions: Double) throws {
    let macs = try Modules.parse(name).cost([Self.image]).macs
    #expect((Double(macs) / 1e7).rounded() / 100 == billions)
  }

  @Test func everyAttentionFitsEveryNetwork() throws {
    for name in Architectures.names {
      let plain = try Modules.parse(name).cost([Network.smallInput])
      for type in Modules.attention {
        let network = try Modules.parse("\(name)+\(type.keyword)")
        let cost = try network.cost([Network.smallInput])
        #expect(cost.parameters > plain.parameters && cost.macs > plain.macs, "\(network.text)")
        #expect(try network.output([Network.smallInput]) == Shape(1, 1000))
      }
      for order in CBAM.Order.allCases {
        for pools in ChannelGate.Pools.allCases {
          let text = "\(name)+cbam:order=\(order.rawValue),pool=\(pools.rawValue),k=3,r=4"
          #expect(try Modules.parse(text).output([Network.smallInput]) == Shape(1, 1000))
        }
      }
    }
  }

  /// Where attention sits: names of its nodes, and their number.
  @Test(arguments: [
    ("resnet18+se", 8, "layer1.0.attention."), ("resnet50+se", 16, "layer4.2.attention."),
    ("resnet152+se", 50, "layer3.35.attention."), ("vgg16+se", 5, "stage5.attention."),
    ("googlenet+se", 9, "inception4e.attention."), ("mobilenet-1.0+se", 26, "pair13.attention2."),
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
      return stage.sources.map { if case .node(let i) = $0 { stages[i].name } else { "input" } }
    }
    #expect(try before("layer2.1.add", "resnet50+se") == ["layer2.1.attention.scale", "layer2.0.relu"])
    #expect(try before("layer2.1.attention.squeeze", "resnet50+se") == ["layer2.1.bn3"])
    #expect(try before("stage2.pool", "vgg16+se") == ["stage2.attention.scale"])
    #expect(try before("stage2.attention.squeeze", "vgg16+se") == ["stage2.relu2"])
    #expect(try before("inception3b.pool", "googlenet+se") == ["inception3b.attention.scale"])
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
