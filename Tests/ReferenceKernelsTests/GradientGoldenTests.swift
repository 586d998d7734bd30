import ReferenceKernels
import Support
import Testing

/// The files of gradients, as far as what was there before gradients can tell.
@Suite struct GradientGoldenTests {
  /// A wrong order of inputs or weights, or a value that is read wrongly, would show in the output. Batch norm in training
  /// is not what the oracle computes.
  @Test func outputsAreTheOracles() throws {
    for golden in try GradientGolden.all() where !golden.isTraining {
      let oracle = try Oracle(golden.op, golden.inputs, weights: golden.weights)
      try #require(oracle.count == golden.output.count, "\(golden)")
      for (i, expected) in golden.output.enumerated() {
        let found = oracle.value(i)
        let agrees =
          expected.isFinite
          ? abs(found - expected) <= oracle.doubleBound(i)
          : found == expected || found.isNaN && expected.isNaN
        #expect(agrees, "\(golden) at \(i): \(found), expected \(expected)")
      }
    }
  }

  /// JSON has no NaN and no infinities, and some readers lose the sign of a zero.
  @Test func specialValuesAreRead() throws {
    let goldens = try GradientGolden.all()
    let inputs = goldens.flatMap { golden in golden.inputs.flatMap { Array($0.buffer) } }
    #expect(inputs.contains { $0.isNaN } && inputs.contains(-.infinity))
    #expect(inputs.contains { $0 == 0 && $0.sign == .minus })
    #expect(goldens.flatMap(\.inputGradients).joined().allSatisfy { $0.isFinite })
    #expect(goldens.flatMap(\.weightGradients.values).joined().allSatisfy { $0.isFinite })
  }

  /// What a backward pass is to be tested with.
  @Test func everyKindIsThere() throws {
    let goldens = try GradientGolden.all()
    #expect(goldens.count >= 150)
    #expect(Set(goldens.map(\.description)).count == goldens.count)
    let kinds = Set(goldens.map { "\($0.op.keyword)\($0.isTraining ? " training" : "")" })
    #expect(
      kinds.isSuperset(of: [
        "conv", "conv-transpose", "dense", "pool", "globalpool", "adaptivepool", "channelpool", "relu",
        "relu6", "sigmoid", "silu", "hard-sigmoid", "hard-swish", "add", "scale", "concat", "subsample",
        "batchnorm", "batchnorm training", "se", "channel-attention", "spatial-attention training",
        "cbam", "cbam training", "basicblock training", "bottleneck training", "inception training",
      ]))
  }
}
