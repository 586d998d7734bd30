import Tensors

/// Softmax cross-entropy, the mean over the rows whose label is not ignored:
/// `out = (1/M) · Σ_n (log Σ_c exp(in[n,c]) − in[n, label[n]])`.
/// - Shapes: `logits` N×C, `labels` N whole numbers from 0 to below C, `output` 1. NaN where no row counts, or where a label is
///   neither a class nor the ignored one.
/// - Cost: 5 operations for each logit: a comparison for the largest, a difference, an exponential and a sum; the fifth stands for
///   what is done once for a row.
/// - Source: PyTorch's `CrossEntropyLoss` with its defaults.
public struct CrossEntropy: Spelled {
  /// The word in a workload text.
  public static let keyword = "cross-entropy"
  /// A batch of images of ten classes, and of a thousand.
  public static let examples = ["cross-entropy@8x10", "cross-entropy@32x1000"]
  /// The label of rows that do not count, as in PyTorch.
  public static let ignored: Int64 = -100

  /// There is nothing to choose.
  public init() {}
  /// No keys.
  public init(_ a: inout Attributes) throws(OperatorError) {}
  /// None.
  public var attributes: [Attribute] { [] }
  /// Logits and labels.
  public var inputCount: Int { 2 }

  /// The logits' shape; a label for each row.
  public func inputs(for shapes: [Shape]) throws(OperatorError) -> [TensorType] {
    guard shapes.count == 1, let logits = shapes.first else {
      throw OperatorError(
        "cross-entropy takes the shape of its logits, such as 8x10, not \(shapes.count) shapes")
    }
    return [TensorType(logits), TensorType(Shape(logits.n), .int64)]
  }

  /// One number.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    try checkClasses(inputs, keyword)
    return [TensorType(1)]
  }

  /// 5 for each logit.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(
      others: try product([5, inputs[0].count]), inputs: inputs, weights: [], outputs: try outputs(inputs))
  }

  /// Labels are classes.
  public func content(ofInput index: Int, _ inputs: [TensorType]) -> InputContent {
    index == 1 ? .indices(below: inputs[0].c) : .dense
  }
}

extension CrossEntropy: Differentiable {
  /// One `CrossEntropyGradient`; labels have none.
  public func addGradients(to gradients: inout GradientBuilder) throws(OperatorError) {
    let (logits, labels) = (gradients.keep(.input(0)), gradients.keep(.input(1)))
    gradients.give(
      input: 0, gradients.add("gradient", CrossEntropyGradient(), logits, labels, gradients.gradient()))
  }
}

/// The gradient of softmax cross-entropy: `out[n,c] = gradient / M · (softmax(in[n])[c] − [c = label[n]])`, zero in rows that do
/// not count.
/// - Shapes: `logits` N×C, `labels` N, `gradient` 1, `output` N×C.
/// - Cost: 6 operations for each logit: those of the softmax and a product.
public struct CrossEntropyGradient: Operator {
  /// There is nothing to choose.
  public init() {}
  /// No workload text begins with it.
  public var keyword: String { "cross-entropy-gradient" }
  /// Logits, labels and the gradient of the loss.
  public var inputCount: Int { 3 }

  /// The logits' type.
  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == 3, inputs[2] == TensorType(1) else {
      throw OperatorError("cross-entropy-gradient takes logits, labels and the gradient of one number")
    }
    try checkClasses(Array(inputs[..<2]), keyword)
    return [inputs[0]]
  }

  /// 6 for each logit.
  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(
      others: try product([6, inputs[0].count]), inputs: inputs, weights: [], outputs: try outputs(inputs))
  }

  /// Labels are classes.
  public func content(ofInput index: Int, _ inputs: [TensorType]) -> InputContent {
    index == 1 ? .indices(below: inputs[0].c) : .dense
  }
}

/// Refuses anything but logits N×C and a label for each row.
private func checkClasses(_ inputs: [TensorType], _ keyword: String) throws(OperatorError) {
  guard inputs.count == 2, inputs[0].rank == 2, inputs[1] == TensorType(Shape(inputs[0].n), .int64) else {
    throw OperatorError(
      "\(keyword) takes logits N×C and an int64 label for each of the N rows, not "
        + inputs.map(\.description).joined(separator: " and "))
  }
  try checkNumbers([inputs[0]], keyword)
}
