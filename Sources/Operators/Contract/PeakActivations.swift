import Tensors

extension Stages {
  /// Bytes of inputs and results that live at the same time if every stage writes tensors of its own, and the stage at which
  /// they do.
  public func peakActivations(_ inputs: [TensorType]) -> (bytes: Int, stage: Int) {
    var given = inputs.map { (bytes: $0.bytes, first: 0, last: 0) }
    var results = map { stage in stage.outputs.map(\.bytes) }.enumerated().map { step, sizes in
      sizes.map { (bytes: $0, first: step, last: step) }
    }
    func read(_ source: Graph.Source, at step: Int) {
      switch source {
      case .input(let i): given[i].last = step
      case .node(let i, let output): results[i][output].last = step
      case .constant, .weight: break
      }
    }
    for (step, stage) in enumerated() { for source in stage.sources { read(source, at: step) } }
    for case .node(let i, let output) in outputs { results[i][output].last = count - 1 }
    let peak = Arena.peak(
      (given + results.flatMap { $0 }).map { Arena.Interval(size: $0.bytes, first: $0.first, last: $0.last) })
    return (peak.size, peak.step)
  }
}
