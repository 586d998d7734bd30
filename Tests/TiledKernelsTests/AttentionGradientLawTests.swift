import Kernels
import Models
import Operators
import Support
import Tensors
import Testing
import TiledKernels

/// Gradients of attention modules, fused and part by part, against the oracle. Flaws they would catch: an argmax that is another
/// one than the formula's, an addend at a neighbouring pixel, a vector that is moved back, a kept value taken for another, a part
/// of the channels that is left out.
@Suite struct AttentionGradientLaws {
  static let modules = [
    "se:r=2", "se:hidden=3,act=silu,gate=hard-sigmoid,bias=0", "channel-attention:r=2",
    "channel-attention:r=2,pool=avg", "channel-attention:r=2,pool=max,bias=0", "spatial-attention",
    "spatial-attention:k=3,bn=0", "cbam:r=2", "cbam:r=2,order=spatial-first", "cbam:r=2,order=parallel",
    "cbam:r=2,k=3,bn=0,pool=max", "cbam:r=2,pool=avg,order=spatial-first", "cbam:r=2,pool=avg,order=parallel",
  ]
  /// A single pixel, less than a vector, a vector and a pixel more, several spans, parts of the channels.
  static let shapes = [
    Shape(3, 33, 1, 1), Shape(5, 6, 3, 2), Shape(2, 19, 7, 7), Shape(1, 36, 13, 5), Shape(1, 260, 6, 11),
    Shape(2, 5, 1, 19), Shape(3, 4, 24, 23), Shape(1, 3, 40, 33),
  ]

  /// Integers have several largest values in a plane and among channels.
  @Test(arguments: modules, shapes)
  func backward(text: String, shape: Shape) throws {
    for wanted in [
      WantedGradients(inputs: [0], weights: true), WantedGradients(inputs: [0], weights: false),
      WantedGradients(inputs: [], weights: true),
    ] {
      let op = try Modules.parse(text)
      let training = try Training(op, [TensorType(shape)], wanted: wanted)
      guard let backward = training.backward else { continue }
      for filling in [Filling.dense, .integers] {
        let inputs = try backward.gradient.inputs.enumerated().map { index, type in
          let tensor = try Tensor<Float>.filled(
            type.shape, type.shape == shape ? filling : .dense, seed: UInt64(index + 1))
          // Variances are positive.
          if type.rank == 1 { for i in 0..<tensor.count { tensor.pointer[i] = abs(tensor.pointer[i]) + 1 } }
          return tensor
        }
        let weights = try Weights.filled(backward, inputs.map(\.shape))
        try expectTheOracle(backward, inputs, weights)
      }
    }
  }

  /// Whatever has its input's gradient asked for has the fused kernel.
  @Test(arguments: modules)
  func areFused(text: String) throws {
    let op = try Modules.parse(text)
    let types = [TensorType(2, 32, 14, 14)]
    let training = try Training(op, types, wanted: WantedGradients(inputs: [0], weights: true))
    let backward = try #require(training.backward)
    for isa in availableISAs {
      let best = Catalogue(tiledKernels).best(backward, backward.gradient.inputs, isa: isa)
      #expect(best?.kernel.name == "tiled/fused-gradient")
    }
  }

  /// Every stage of the gradient is computed by one region.
  @Test(arguments: modules)
  func regionsCoverEveryStage(text: String) throws {
    let op = try Modules.parse(text)
    let training = try Training(
      op, [TensorType(2, 6, 5, 7)], wanted: WantedGradients(inputs: [0], weights: true))
    let backward = try #require(training.backward)
    let types = backward.gradient.inputs
    let stages = try backward.stages(types)
    let weights = try Weights.filled(backward, types.map(\.shape))
    let kernels = Catalogue(tiledKernels).variants(backward, types.map(\.shape), isa: .baseline)
    let kernel = try #require(kernels.first { $0.name == "tiled/fused-gradient" })
    let prepared = try kernel.prepare(KernelTask(backward, types, weights: weights, isa: .baseline))
    let inputs = try types.map { try Tensor<Float>($0.shape) }
    let outputs = try backward.outputs(types).map { try Tensor<Float>($0.shape) }
    let workspace = try Tensor<Float>(Shape(max(1, prepared.workspace(threads: 1))))
    var owners = [Set<String>](repeating: [], count: stages.count)
    for region in prepared.bind(inputs, outputs, workspace: workspace, threads: 1) {
      for stage in region.numbers(in: stages) { owners[stage].insert(region.name) }
    }
    for (stage, owners) in zip(stages, owners) { #expect(owners.count == 1, "\(stage.name): \(owners)") }
  }
}
