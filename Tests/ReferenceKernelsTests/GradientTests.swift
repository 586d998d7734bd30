import Kernels
import Measurement
import Models
import Operators
import ReferenceKernels
import Tensors
import Testing

/// Gradients against central differences of the forward formula, both in double precision: an independent witness, as the
/// forward formula has goldens of its own. Flaws they would catch: a wrong tap, divisor or mask, a value that two nodes
/// read and whose gradients are not added up, a shared weight that counts once.
@Suite struct GradientTests {
  static let primitives = [
    "conv:out=4,k=3,p=1@2x3x5x4", "conv:out=4,k=3x2,s=2,p=0x1x1x0,g=2,bias=0@1x4x7x6",
    "conv:out=6,k=3,p=2,d=2,g=3@1x3x6x5", "conv:out=3,k=2,s=3@1x2x8x9", "conv:out=3,k=1,act=silu@1x4x3x3",
    "conv:out=3,k=3,act=relu6@1x2x4x4", "conv-transpose:out=4,k=3,s=2,p=1,op=1,g=2@1x4x4x3",
    "dense:out=5@3x7", "dense:out=4,act=sigmoid@2x3x2x2", "pool:type=max,k=3,s=2,p=1@1x2x7x6",
    "pool:type=max,k=2,s=1,d=2@1x2x6x6", "pool:type=avg,k=3,s=2,p=1@1x2x7x6",
    "pool:type=avg,k=3,s=2,p=1,ceil=1,countpad=1@1x2x6x8", "globalpool:type=avg@2x3x3x4",
    "globalpool:type=max@2x3x3x4", "adaptivepool:out=3@1x2x7x5", "channelpool@2x5x3x4", "batchnorm@3x4x3x2",
    "batchnorm:eps=0.001@5x3", "batchnorm:frozen=1@2x3x3x2", "relu@1x2x3x5", "relu6@1x2x3x5",
    "sigmoid@1x2x3x5",
    "silu@1x2x3x5", "hard-sigmoid@1x2x3x5", "hard-swish@1x2x3x5", "add@1x2x3x4", "scale:gate=channel@2x3x2x4",
    "scale:gate=pixel@2x3x2x4", "concat:n=3@1x2x3x3", "subsample:out=7,s=2@1x3x5x4",
  ]

  static let composites = [
    "se:r=2@2x4x3x3", "se:r=2,act=silu,gate=hard-sigmoid@1x4x3x3", "channel-attention:r=2@2x4x3x3",
    "channel-attention:r=2,pool=max@1x4x3x3", "spatial-attention:k=3@2x3x4x4",
    "spatial-attention:k=3,bn=0@1x3x4x4",
    "cbam:r=2,k=3@2x4x4x3", "cbam:r=2,k=3,order=spatial-first@2x4x4x3", "cbam:r=2,k=3,order=parallel@2x4x4x3",
    "basicblock:out=4,s=2@2x3x5x5", "basicblock:out=4,attention=cbam,r=2,k=3@2x4x4x4",
    "bottleneck:width=2,attention=se,r=2@2x8x4x4", "bottleneck:width=2,s=2,attention=cbam,r=2,k=3@2x4x6x6",
  ]

  @Test(arguments: primitives + composites)
  func agreesWithCentralDifferences(text: String) throws {
    let trial = try Differences(text)
    let (checked, dropped) = try trial.check(most: 12)
    #expect(
      checked > 0 && dropped * 3 <= checked, "\(dropped) of \(checked + dropped) entries at a kink: \(text)")
  }
}

/// An operator whose gradients are held against differences of the sum of its outputs, each times its gradient.
private struct Differences {
  /// Exact in single precision, as are the values that it is added to.
  private static let step: Float = 0x1p-15
  /// Of the larger of 1 and the gradient.
  private static let tolerance = 1e-7

  private let text: String
  private let forward: any Operator
  private let both: ForwardBackward
  private let inputs: [Tensor<Float>]
  private let gradients: [Tensor<Float>]
  private let weights: [(name: String, tensor: Tensor<Float>)]
  private let outputs: Int

  init(_ text: String) throws {
    self.text = text
    let sides = text.split(separator: "@")
    let op = try Modules.parse(sides[0])
    let types = try op.inputs(for: [Shape(text: sides[1])])
    let isLearned = try !op.weights(types).isEmpty
    let wanted = WantedGradients(inputs: Set(types.indices), weights: isLearned)
    forward = try Training(op, types, wanted: wanted).forward
    both = try ForwardBackward(op, types, wanted: wanted)
    var generator = SplitMix64(seed: 7)
    inputs = try types.map { try Differences.dyadic($0.shape, &generator, factor: 3) }
    gradients = try op.outputs(types).map { try Differences.dyadic($0.shape, &generator, factor: 1) }
    let seeded = try Weights<Float>.seeded(op.weights(types), using: &generator).all
    weights = try op.weights(types).map { weight in
      let tensor = try #require(seeded[weight.name])
      for i in 0..<tensor.count { tensor.pointer[i] = (tensor.pointer[i] * 1024).rounded() / 1024 }
      return (weight.name, tensor)
    }
    outputs = gradients.reduce(0) { $0 + $1.count }
  }

  /// Multiples of 2⁻¹⁰, none of them 0 and all apart from each other as far as there are enough.
  private static func dyadic(
    _ shape: Shape, _ generator: inout SplitMix64, factor: Float
  ) throws -> Tensor<Float> {
    let tensor = try Tensor<Float>(shape)
    for i in 0..<tensor.count {
      let number = Int(truncatingIfNeeded: generator.next() >> 40) % 1024
      tensor.pointer[i] = factor * (Float(number - 512) + 0.5) / 512
    }
    return tensor
  }

  private var given: Weights<Float> {
    Weights(Dictionary(uniqueKeysWithValues: weights.map { ($0.name, $0.tensor) }))
  }

  /// All gradients, one after the other: of the inputs, then of the learned weights.
  private func analytic() throws -> [Double] {
    let oracle = try Oracle(both, inputs + gradients, weights: given)
    return (outputs..<oracle.count).map { oracle.value($0) }
  }

  private func loss() throws -> Double {
    let oracle = try Oracle(forward, inputs, weights: given)
    var (sum, i) = (0.0, 0)
    for gradient in gradients {
      for k in 0..<gradient.count {
        sum += Double(gradient.pointer[k]) * oracle.value(i)
        i += 1
      }
    }
    return sum
  }

  /// Compares some entries of each array; those whose gradient jumps on the way are left out.
  func check(most: Int) throws -> (checked: Int, dropped: Int) {
    let learned = try both.op.weights(inputs.map { TensorType($0.shape) }).filter(\.isLearned).map(\.name)
    let arrays = inputs + weights.filter { learned.contains($0.name) }.map(\.tensor)
    let found = try analytic()
    var (first, checked, dropped) = (0, 0, 0)
    #expect(found.count == arrays.reduce(0) { $0 + $1.count }, "\(text)")
    for array in arrays {
      for i in stride(from: 0, to: array.count, by: max(1, array.count / most)) {
        let (slope, jump) = try slope(array.pointer + i, first + i)
        let scale = max(1, abs(found[first + i]))
        if jump > 0.01 * scale {
          dropped += 1
          continue
        }
        checked += 1
        #expect(abs(slope - found[first + i]) <= Differences.tolerance * scale, "\(text): entry \(first + i)")
      }
      first += array.count
    }
    return (checked, dropped)
  }

  /// The central difference in one value, and how much its own gradient changes on the way.
  private func slope(_ value: UnsafeMutablePointer<Float>, _ entry: Int) throws -> (
    slope: Double, jump: Double
  ) {
    let middle = value.pointee
    defer { value.pointee = middle }
    value.pointee = middle + Differences.step
    let (above, gradientAbove) = (try loss(), try analytic()[entry])
    value.pointee = middle - Differences.step
    let (below, gradientBelow) = (try loss(), try analytic()[entry])
    return ((above - below) / Double(2 * Differences.step), abs(gradientAbove - gradientBelow))
  }
}
