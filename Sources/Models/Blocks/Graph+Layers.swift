import Operators
import Tensors

extension Graph {
  /// Of the last batch norm in a residual branch: seeded small, a sum over fifty blocks does not grow beyond bounds (cf.
  /// Goyal et al. 2017, arXiv:1706.02677, section 5.1, where training starts at zero).
  static let branchGain: Float = 0.25

  /// Of a batch norm before a ReLU: seeded scales, shifts and variances multiply a signal's variance by 1.19, ReLU halves it.
  static let rectifiedGain: Float = 1.3

  /// Of a batch norm before a SiLU or hard swish, which leave about a third of a signal's variance.
  static let smoothGain: Float = 1.55

  /// A convolution without bias that keeps the extents (up to its stride), and its batch norm.
  mutating func addConvolution(
    _ name: String, _ normName: String, out: Int, kernel: Int, stride: Int = 1, groups: Int = 1,
    _ source: Source, gain: Float = 1, epsilon: Double = BatchNorm.standardEpsilon
  ) -> Source {
    let conv = Conv2D(
      out: out, kernel: Pair(kernel), stride: Pair(stride), padding: Padding(kernel / 2), groups: groups,
      bias: false)
    return add(normName, BatchNorm(epsilon: epsilon), add(name, conv, source), gain: gain)
  }

  /// Adds input and branch, projecting or padding the input where the shapes differ, and rectifies the sum.
  mutating func addShortcut(
    _ branch: Source, _ inputs: [TensorType], out: Int, stride: Int, _ kind: BasicBlock.Shortcut = .projected
  ) {
    var shortcut = Source.input(0)
    let changes = stride != 1 || inputs.first?.c != out
    if changes, kind == .padded {
      shortcut = add("shortcut", Subsample(out: out, stride: stride), shortcut)
    } else if changes {
      shortcut = addConvolution("downsample", "downsample-bn", out: out, kernel: 1, stride: stride, shortcut)
    }
    add("relu", ReLU(), add("add", Add(), branch, shortcut))
  }

  /// The same with a ReLU: nodes `name.conv`, `name.bn` and `name.relu`.
  mutating func addRectified(
    _ name: String, out: Int, kernel: Int, stride: Int = 1, groups: Int = 1, _ source: Source,
    epsilon: Double = BatchNorm.standardEpsilon
  ) -> Source {
    let normalised = addConvolution(
      "\(name).conv", "\(name).bn", out: out, kernel: kernel, stride: stride, groups: groups, source,
      gain: Graph.rectifiedGain, epsilon: epsilon)
    return add("\(name).relu", ReLU(), normalised)
  }

  /// The same with another activation: nodes `name.conv`, `name.bn` and `name.act`.
  mutating func addActivated(
    _ name: String, out: Int, kernel: Int, stride: Int = 1, groups: Int = 1, _ activation: Activation,
    _ source: Source
  ) -> Source {
    let normalised = addConvolution(
      "\(name).conv", "\(name).bn", out: out, kernel: kernel, stride: stride, groups: groups, source,
      gain: activation == .silu || activation == .hardSwish ? Graph.smoothGain : Graph.rectifiedGain)
    guard let op = activation.layer else { return normalised }
    return add("\(name).act", op, normalised)
  }

  /// A global average and a dense layer: the head of most classifiers.
  mutating func addClassifier(_ source: Source, classes: Int) {
    add("head.fc", Dense(out: classes), add("head.pool", GlobalPool(.avg), source))
  }
}
