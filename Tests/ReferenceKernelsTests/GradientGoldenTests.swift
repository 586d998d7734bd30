import Kernels
import Operators
import ReferenceKernels
import Support
import Tensors
import Testing

/// The oracle's gradients against PyTorch's in double precision.
@Suite struct GradientGoldenTests {
  /// Output, gradients of all inputs and of all learned weights. Ties, jumps and NaN are among the cases.
  @Test func gradientsArePyTorchs() throws {
    for golden in try GradientGolden.all() where golden.isComparable {
      let types = golden.inputs.map { TensorType($0.shape) }
      let names = try golden.op.weights(types).filter(\.isLearned).map(\.name)
      let wanted = WantedGradients(inputs: Set(types.indices), weights: !names.isEmpty)
      let both = try ForwardBackward(golden.trained, types, wanted: wanted)
      let oracle = try Oracle(both, golden.inputs + [golden.gradient], weights: golden.weights)
      let expected =
        golden.output + golden.inputGradients.joined() + names.flatMap { golden.weightGradients[$0] ?? [] }
      try oracle.expect(expected, of: golden)
    }
  }

  /// Mean and biased variance of the batch are further outputs of what runs forward.
  @Test func batchStatisticsArePyTorchs() throws {
    for golden in try GradientGolden.all() where golden.op is BatchNorm && golden.isTraining {
      let types = golden.inputs.map { TensorType($0.shape) }
      let forward = try Training(golden.op, types, wanted: WantedGradients(inputs: [0], weights: true))
        .forward
      let oracle = try Oracle(forward, golden.inputs, weights: golden.weights)
      let expected = (golden.batchStatistics["mean"] ?? []) + (golden.batchStatistics["variance"] ?? [])
      for (i, expected) in expected.enumerated() {
        let place = golden.output.count + i
        #expect(abs(oracle.value(place) - expected) <= oracle.doubleBound(place), "\(golden) at \(i)")
      }
    }
  }

  /// What a step of training makes of the running statistics, from those of the batch.
  @Test func runningStatisticsArePyTorchs() throws {
    for golden in try GradientGolden.all() where golden.op is BatchNorm && golden.isTraining {
      let types = golden.inputs.map { TensorType($0.shape) }
      let statistics = try Training(golden.op, types, wanted: WantedGradients(inputs: [0], weights: true))
        .statistics
      #expect(statistics.map(\.weight) == ["mean", "variance"] && statistics.map(\.output) == [1, 2])
      let update = RunningStatistics(statistics.map(\.update))
      let running = try statistics.map { try golden.weights[$0.weight] }
      let batch = try statistics.map { statistic in
        let values = golden.batchStatistics[statistic.weight] ?? []
        let tensor = try Tensor<Float>(Shape(values.count))
        tensor.assign(values.map { Float($0) })
        return tensor
      }
      let oracle = try Oracle(update, running + batch, weights: Weights([:]))
      let expected = statistics.flatMap { golden.runningStatistics[$0.weight] ?? [] }
      #expect(expected.count == oracle.count)
      for (i, expected) in expected.enumerated() {
        // The batch's statistics were rounded to single precision.
        #expect(abs(oracle.value(i) - expected) <= 0x1p-23 * (1 + abs(expected)), "\(golden) at \(i)")
      }
    }
  }

  /// A wrong order of inputs or weights, or a value that is read wrongly, would show in the output. Batch norm in training
  /// is not what the oracle computes.
  @Test func outputsAreTheOracles() throws {
    for golden in try GradientGolden.all() where !golden.isTraining {
      let oracle = try Oracle(golden.op, golden.inputs, weights: golden.weights)
      try oracle.expect(golden.output, of: golden)
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

extension GradientGolden {
  /// A frozen batch norm is a key of its own, which no golden of a composite has.
  fileprivate var isComparable: Bool {
    isTraining || op is BatchNorm || !weights.all.keys.contains { $0.hasSuffix("variance") }
  }

  /// The operator as it was trained.
  fileprivate var trained: any Operator {
    guard !isTraining, var norm = op as? BatchNorm else { return op }
    norm.isFrozen = true
    return norm
  }
}

extension Oracle {
  /// Expects these values of all outputs, within the rounding of `Double`; a NaN is equal to a NaN.
  fileprivate func expect(_ values: [Double], of golden: GradientGolden) throws {
    try #require(count == values.count, "\(golden)")
    for (i, expected) in values.enumerated() {
      let found = value(i)
      let agrees =
        expected.isFinite
        ? abs(found - expected) <= doubleBound(i) : found == expected || found.isNaN && expected.isNaN
      #expect(agrees, "\(golden) at \(i): \(found), expected \(expected)")
    }
  }
}
