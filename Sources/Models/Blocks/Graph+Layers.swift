import Operators
import Tensors

extension Graph {
  /// Of the last batch norm in a residual branch: seeded small, a sum over fifty blocks does not grow beyond bounds (cf.
  /// Goyal et al. 2017, arXiv:1706.02677, section 5.1, where training starts at zero).
  static let branchGain: Float = 0.25

  /// A convolution without bias that keeps the extents (up to its stride), and its batch norm.
  mutating func addConvolution(
    _ name: String, _ normName: String, out: Int, kernel: Int, stride: Int = 1, groups: Int = 1,
    _ source: Source, gain: Float = 1
  ) -> Source {
    let conv = Conv2D(
      out: out, kernel: Pair(kernel), stride: Pair(stride), padding: Pair(kernel / 2), groups: groups,
      bias: false)
    return add(normName, BatchNorm(), add(name, conv, source), gain: gain)
  }

  /// Adds input and branch, projecting the input where the shapes differ, and rectifies the sum.
  mutating func addShortcut(_ branch: Source, _ inputs: [Shape], out: Int, stride: Int) {
    var shortcut = Source.input(0)
    if stride != 1 || inputs.first?.c != out {
      shortcut = addConvolution("downsample", "downsample-bn", out: out, kernel: 1, stride: stride, shortcut)
    }
    add("relu", ReLU(), add("add", Add(), branch, shortcut))
  }

  /// The same with a ReLU: nodes `name.conv`, `name.bn` and `name.relu`.
  mutating func addRectified(
    _ name: String, out: Int, kernel: Int, stride: Int = 1, groups: Int = 1, _ source: Source
  ) -> Source {
    let normalised = addConvolution(
      "\(name).conv", "\(name).bn", out: out, kernel: kernel, stride: stride, groups: groups, source)
    return add("\(name).relu", ReLU(), normalised)
  }

  /// A global average and a dense layer: the head of most classifiers.
  mutating func addClassifier(_ source: Source, classes: Int) {
    add("head.fc", Dense(out: classes), add("head.pool", GlobalPool(.avg), source))
  }
}
