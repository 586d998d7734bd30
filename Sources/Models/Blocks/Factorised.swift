import Operators
import Tensors

/// A block that does with smaller convolutions what one dense convolution could do.
public protocol Factorised: Composite {
  /// One for each dense convolution that could take the place of nodes.
  var factorisations: [Factorisation] { get }
}

/// Nodes of a block and the dense convolution that they stand for.
public struct Factorisation: Sendable {
  /// How one convolution becomes several; the words of the report.
  public enum Kind: String, Sendable, CaseIterable {
    /// ResNet's block.
    case bottleneck = "1x1 reduction, 3x3, 1x1 expansion"
    /// ResNeXt's block.
    case grouped = "1x1 reduction, 3x3 in groups, 1x1 expansion"
    /// A branch of an inception module.
    case reduction = "1x1 reduction before a 3x3"
    /// MobileNet's pair.
    case separable = "depthwise 3x3, pointwise 1x1"
  }

  /// How the convolution was split.
  public let kind: Kind
  /// Nodes that are the smaller convolutions.
  public let parts: [String]
  /// The dense convolution, from the block's input.
  public let dense: Conv2D

  init(_ kind: Kind, _ parts: [String], insteadOf3x3 out: Int, stride: Int = 1) {
    self.kind = kind
    self.parts = parts
    dense = Conv2D(out: out, kernel: Pair(3), stride: Pair(stride), padding: Padding(1), bias: false)
  }
}

/// Weights and multiply-adds of all factorisations of one kind, and of the dense convolutions in their place.
public struct Saving: Sendable {
  /// What all of them have in common.
  public let kind: Factorisation.Kind
  /// How many there are.
  public private(set) var count = 0
  /// What the smaller convolutions cost.
  public private(set) var factorised = Cost()
  /// What the dense convolutions would cost in their place.
  public private(set) var dense = Cost()

  /// What an operator saves, by kind; nothing where the dense convolution would be too large to be counted.
  public static func all(in stages: Stages) throws(OperatorError) -> [Saving] {
    var savings = Factorisation.Kind.allCases.map { Saving(kind: $0) }
    for block in stages.blocks {
      guard let factorised = block.op as? any Factorised else { continue }
      for factorisation in factorised.factorisations {
        let index = savings.firstIndex { $0.kind == factorisation.kind } ?? 0
        try savings[index].add(factorisation, block, stages)
      }
    }
    return savings.filter { $0.count > 0 }
  }

  private init(kind: Factorisation.Kind) { self.kind = kind }

  private mutating func add(_ factorisation: Factorisation, _ block: Block, _ stages: Stages)
    throws(OperatorError)
  {
    guard let cost = try? factorisation.dense.cost(block.inputs) else { return }
    let prefix = block.name.isEmpty ? "" : block.name + "."
    let parts = Set(factorisation.parts.map { prefix + $0 })
    count += 1
    for index in block.stages where parts.contains(stages[index].name) {
      try factorised.add(stages[index].cost)
    }
    try dense.add(cost)
  }
}

extension Bottleneck: Factorised {
  /// The whole branch, for a 3×3 from input to output channels.
  public var factorisations: [Factorisation] {
    let kind: Factorisation.Kind = groups == 1 ? .bottleneck : .grouped
    return [
      Factorisation(kind, ["conv1", "conv2", "conv3"], insteadOf3x3: outputChannels, stride: stride)
    ]
  }
}

extension DepthwiseSeparable: Factorised {
  /// The pair without attention, for a 3×3 of the same stride.
  public var factorisations: [Factorisation] {
    [
      Factorisation(
        .separable, ["depthwise.conv", "pointwise.conv"], insteadOf3x3: outputChannels, stride: stride)
    ]
  }
}

extension Inception: Factorised {
  /// The second and the third branch.
  public var factorisations: [Factorisation] {
    [
      Factorisation(.reduction, ["branch2.1x1.conv", "branch2.3x3.conv"], insteadOf3x3: three),
      Factorisation(.reduction, ["branch3.1x1.conv", "branch3.3x3.conv"], insteadOf3x3: five),
    ]
  }
}
