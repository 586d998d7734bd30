import Models
import Operators

/// What is counted of a stage, of several, or of a whole.
struct Counts: Sendable {
  var parameters = 0
  var macs = 0
  var flops = 0
  var bytes = 0
  var filters = 0
  var kernels = 0
  /// All weights, learned or estimated, four bytes each; none where they are another stage's.
  var weightBytes = 0
  /// The output, four bytes per element; of several stages, all of them.
  var activationBytes = 0
  /// By the convention that was asked for.
  var counted: Int?

  init() {}

  init(_ stage: Stage, _ convention: Convention?) throws {
    (parameters, macs, flops, bytes) = (
      stage.cost.parameters, stage.cost.macs, stage.cost.flops, stage.cost.bytes
    )
    if let conv = stage.op as? Conv2D { (filters, kernels) = conv.filters(stage.inputs[0]) }
    let weights = stage.isShared ? [] : try stage.op.weights(stage.inputs)
    weightBytes = 4 * weights.reduce(0) { $0 + $1.shape.count }
    activationBytes = 4 * stage.output.count
    counted = convention?.count(stage)
  }

  static func + (a: Counts, b: Counts) -> Counts {
    var sum = Counts()
    sum.parameters = a.parameters + b.parameters
    sum.macs = a.macs + b.macs
    sum.flops = a.flops + b.flops
    sum.bytes = a.bytes + b.bytes
    sum.filters = a.filters + b.filters
    sum.kernels = a.kernels + b.kernels
    sum.weightBytes = a.weightBytes + b.weightBytes
    sum.activationBytes = a.activationBytes + b.activationBytes
    if a.counted != nil || b.counted != nil { sum.counted = (a.counted ?? 0) + (b.counted ?? 0) }
    return sum
  }
}
