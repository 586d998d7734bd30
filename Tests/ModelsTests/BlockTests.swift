import Models
import Operators
import Support
import Tensors
import Testing

@Suite struct BlockTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let text: String
    let input: Shape
    let output: Shape
    let parameters: Int

    init(_ text: String, _ input: Shape, to output: Shape, _ parameters: Int) {
      (self.text, self.input, self.output, self.parameters) = (text, input, output, parameters)
    }

    var testDescription: String { "\(text)@\(input)" }
  }

  static let rows = [
    // 1×1, 3×3, 1×1 and the projection; batch norm has two values per channel.
    Row(
      "bottleneck:width=64,out=256", Shape(1, 64, 56, 56), to: Shape(1, 256, 56, 56),
      4096 + 36864 + 16384 + 16384 + 2 * (64 + 64 + 256 + 256)),
    Row(
      "bottleneck:width=64,out=256", Shape(1, 256, 56, 56), to: Shape(1, 256, 56, 56),
      16384 + 36864 + 16384 + 2 * (64 + 64 + 256)),
    Row(
      "bottleneck:width=64,out=256,attention=cbam", Shape(1, 64, 56, 56), to: Shape(1, 256, 56, 56),
      75008 + 8564),
    Row(
      "bottleneck:width=64,out=256,attention=cbam", Shape(1, 256, 56, 56), to: Shape(1, 256, 56, 56),
      70400 + 8564),
    Row("bottleneck:width=64,attention=se", Shape(1, 256, 56, 56), to: Shape(1, 256, 56, 56), 70400 + 8464),
    Row(
      "bottleneck:width=128,s=2", Shape(2, 256, 55, 56), to: Shape(2, 512, 28, 28),
      32768 + 147_456 + 65536 + 131_072 + 2 * (128 + 128 + 512 + 512)),
    // ResNeXt-50 32×4d: 4 input channels per group.
    Row(
      "bottleneck:width=128,out=256,g=32", Shape(1, 256, 56, 56), to: Shape(1, 256, 56, 56),
      32768 + 4608 + 32768 + 2 * (128 + 128 + 256)),
    Row("basicblock:out=64", Shape(1, 64, 56, 56), to: Shape(1, 64, 56, 56), 2 * 36864 + 2 * (64 + 64)),
    Row(
      "basicblock:out=128,s=2", Shape(1, 64, 56, 56), to: Shape(1, 128, 28, 28),
      73728 + 147_456 + 8192 + 2 * (128 + 128 + 128)),
    // The projection is there for the stride too.
    Row(
      "basicblock:out=8,s=3", Shape(2, 8, 7, 10), to: Shape(2, 8, 3, 4), 2 * 576 + 64 + 2 * (8 + 8 + 8)),
    Row(
      "basicblock:out=32,attention=cbam,r=8,k=3", Shape(1, 32, 4, 4), to: Shape(1, 32, 4, 4),
      18560 + 256 + 36 + 18 + 2),
  ]

  @Test(arguments: rows)
  func shapeAndParameters(row: Row) throws {
    let op = try Modules.parse(row.text)
    #expect(try op.outputs([row.input]) == [row.output])
    #expect(try op.cost([row.input]).parameters == row.parameters)
    let learned = try op.weights([row.input]).filter(\.isLearned)
    #expect(learned.reduce(0) { $0 + $1.shape.count } == row.parameters)
  }

  @Test func multiplyAddsByHand() throws {
    let pixels = 56 * 56
    let first = try Bottleneck(width: 64).cost([Shape(1, 64, 56, 56)])
    #expect(first.macs == pixels * (4096 + 36864 + 16384 + 16384))
    let next = try Bottleneck(width: 64).cost([Shape(1, 256, 56, 56)])
    #expect(next.macs == pixels * (16384 + 36864 + 16384))
    // The 3×3 has 55 + 56 + 55 taps inside per axis.
    #expect(next.macsInside == pixels * 32768 + 64 * 64 * 166 * 166)
    // Three batch norms, two rectifications, the sum and its rectification.
    #expect(next.flops == 2 * next.macs + pixels * (2 * (64 + 64 + 256) + 64 + 64 + 256 + 256))
    // Stride 2: the first 1×1 runs at full size, the rest at half.
    let strided = try Bottleneck(width: 128, stride: 2).cost([Shape(1, 256, 56, 56)])
    #expect(strided.macs == pixels * 32768 + 28 * 28 * (147_456 + 65536 + 131_072))
    let basic = try BasicBlock(out: 128, stride: 2).cost([Shape(1, 64, 56, 56)])
    #expect(basic.macs == 28 * 28 * (73728 + 147_456 + 8192))
  }

  @Test func stagesOfABlock() throws {
    let block = Bottleneck(width: 64, attention: AttentionSlot(SqueezeExcitation()))
    #expect(
      try block.stages([Shape(1, 64, 8, 8)]).map(\.name) == [
        "conv1", "bn1", "relu1", "conv2", "bn2", "relu2", "conv3", "bn3", "attention.squeeze",
        "attention.mlp.fc1",
        "attention.mlp.fc2", "attention.sigmoid", "attention.scale", "downsample", "downsample-bn", "add",
        "relu",
      ])
    #expect(
      try BasicBlock(out: 64).stages([Shape(1, 64, 8, 8)]).map(\.name) == [
        "conv1", "bn1", "relu1", "conv2", "bn2", "add", "relu",
      ])
    let names = try BasicBlock(out: 8, stride: 2).weights([Shape(1, 4, 8, 8)]).map(\.name)
    #expect(names.prefix(5) == ["conv1.weight", "bn1.weight", "bn1.bias", "bn1.mean", "bn1.variance"])
    #expect(
      names.suffix(5) == [
        "downsample.weight", "downsample-bn.weight", "downsample-bn.bias", "downsample-bn.mean",
        "downsample-bn.variance",
      ])
  }

  @Test(arguments: [
    ("conv:out=8,k=3,p=1", Shape(2, 16, 9, 9)), ("dense:out=5", Shape(2, 16)), ("relu", Shape(2, 16)),
    ("se", Shape(2, 64, 9, 9)), ("channel-attention:pool=max", Shape(2, 64, 9, 9)),
    ("spatial-attention:k=5", Shape(2, 64, 9, 9)), ("cbam", Shape(2, 64, 9, 9)),
    ("cbam:order=parallel", Shape(1, 64, 2, 2)), ("basicblock:out=32,s=2,attention=cbam", Shape(1, 64, 9, 9)),
    ("bottleneck:width=8,attention=cbam,order=spatial-first", Shape(3, 32, 5, 6)),
    ("bottleneck:width=16,s=2,g=4,attention=channel-attention", Shape(1, 64, 9, 9)),
  ])
  func sumsOfStagesAreTheTotal(text: String, shape: Shape) throws {
    let op = try Modules.parse(text)
    let inputs = try op.inputs(for: [shape])
    let (total, stages) = (try op.cost(inputs), try op.stages(inputs).map(\.cost))
    #expect(stages.reduce(0) { $0 + $1.parameters } == total.parameters)
    #expect(stages.reduce(0) { $0 + $1.macs } == total.macs)
    #expect(stages.reduce(0) { $0 + $1.macsInside } == total.macsInside)
    #expect(stages.reduce(0) { $0 + $1.flops } == total.flops)
    #expect(stages.reduce(0) { $0 + $1.bytes } >= total.bytes)
    let elements = try (inputs + op.outputs(inputs)).reduce(0) { $0 + $1.count }
    #expect(total.bytes == 4 * (elements + total.parameters))
  }

  /// Parameters and multiply-adds of the four stages of a residual network with bottlenecks.
  private func network(_ widths: [(blocks: Int, width: Int)], _ attention: AttentionSlot) throws -> Cost {
    var (shape, total) = (Shape(1, 64, 56, 56), Cost())
    for (stage, part) in widths.enumerated() {
      for index in 0..<part.blocks {
        let stride = stage > 0 && index == 0 ? 2 : 1
        let block = Bottleneck(width: part.width, stride: stride, attention: attention)
        let cost = try block.cost([shape])
        total.parameters += cost.parameters
        total.macs += cost.macs
        shape = try block.output([shape])
      }
    }
    #expect(shape == Shape(1, 2048, 7, 7))
    return total
  }

  @Test func theBlocksOfResNet50() throws {
    let stem = try Conv2D(out: 64, kernel: Pair(7), stride: Pair(2), padding: Padding(3), bias: false)
      .cost([Shape(1, 3, 224, 224)])
    let head = try Dense(out: 1000).cost([Shape(1, 2048)])
    let widths = [(blocks: 3, width: 64), (4, 128), (6, 256), (3, 512)]
    let plain = try network(widths, .none)
    // What torchvision prints for resnet50, and timm for seresnet50.
    #expect(stem.parameters + 2 * 64 + plain.parameters + head.parameters == 25_557_032)
    #expect(stem.macs + plain.macs + head.macs == 4_089_184_256)
    let squeezed = try network(widths, AttentionSlot(SqueezeExcitation(reduction: 16)))
    #expect(stem.parameters + 2 * 64 + squeezed.parameters + head.parameters == 28_088_024)
  }

  @Test func groupsThatDoNotDivideTheWidthAreAnError() throws {
    #expect(
      message { () throws(OperatorError) in try Bottleneck(width: 6, groups: 4).outputs([Shape(1, 8, 5, 5)]) }
        == "conv2: groups g=4 do not divide the 6 input channels of 1x6x5x5")
  }

  @Test func aReductionAboveTheBlocksChannelsIsAnError() throws {
    let op = try Modules.parse("basicblock:out=8,attention=se")
    #expect(
      message { () throws(OperatorError) in try op.outputs([Shape(1, 32, 5, 5)]) }
        == "attention: reduction r=16 in se leaves no hidden unit of 8 channels; r must be at most 8")
  }
}
