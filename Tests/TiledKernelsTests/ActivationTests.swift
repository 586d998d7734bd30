import Glibc
import Kernels
import Operators
import ReferenceKernels
import Support
import Tensors
import Testing
import TiledKernels

@Suite struct ActivationTests {
  static let all: [any ActivationOperator] = [
    ReLU(), ReLU6(), Sigmoid(), SiLU(), HardSigmoid(), HardSwish(),
  ]

  /// Corners of the functions, where an exponential is cut off, and values that are no numbers.
  static let awkward: [Float] = [
    0, -0.0, 0x1p-140, -0x1p-140, 2.9999998, 3, -3, -2.9999998, 6, 6.0000005, 5.9999995, 87, 88, 88.5, 89,
    -87, -88,
    -88.5, -89, -103, -104, -1e4, 1e4, -1e30, 1e30, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
    .infinity, -.infinity, .nan, 0.5, -0.5, -1.2784645,
  ]

  /// As PyTorch computes them, in double precision.
  private static func expected(_ activation: Activation, _ x: Double) -> Double {
    let clamped = x + 3 < 0 ? 0 : x + 3 > 6 ? 6 : x + 3
    return switch activation {
    case .none: x
    case .relu: x < 0 ? 0 : x
    case .relu6: x < 0 ? 0 : x > 6 ? 6 : x
    case .sigmoid: 1 / (1 + exp(-x))
    case .silu: x / (1 + exp(-x))
    case .hardSigmoid: clamped / 6
    case .hardSwish: x * clamped / 6
    }
  }

  /// Every value in every place of a vector and of the rest after it.
  @Test(arguments: availableISAs)
  func awkwardValues(isa: ISA) throws {
    for op in Self.all {
      for count in [1, 5, 33, 70] {
        let input = try Tensor<Float>(Shape(count))
        for shift in Self.awkward.indices {
          input.assign((0..<count).map { Self.awkward[($0 + shift) % Self.awkward.count] })
          let oracle = try Oracle(op, [input], weights: Weights([:]))
          let tiled = try #require(Catalogue(tiledKernels).best(op, [input.shape], isa: isa)).kernel
          let kernels: [any Kernel] = [tiled, ReferenceKernel()]
          for kernel in kernels {
            let result = try outputs(of: kernel, op, [input], Weights([:]), isa: isa, threads: [1])[0]
            for i in 0..<count {
              let (x, y) = (input.pointer[i], Double(result.pointer[i]))
              let wanted = Self.expected(type(of: op).activation, Double(x))
              #expect(oracle.value(i) == wanted || wanted.isNaN && oracle.value(i).isNaN)
              let isRight =
                wanted.isFinite ? abs(y - wanted) <= oracle.bound(i) : y == wanted || y.isNaN && wanted.isNaN
              #expect(isRight, "\(op.text)(\(x)) is \(y) by \(kernel.name), \(wanted) expected")
            }
          }
        }
      }
    }
  }

  /// A bound that is too large would let anything pass.
  @Test func boundsAreTight() throws {
    let input = try Tensor<Float>.filled(Shape(1000), seed: 5)
    for op in Self.all {
      let oracle = try Oracle(op, [input], weights: Weights([:]))
      for i in 0..<1000 { #expect(oracle.bound(i) <= 5e-7 * max(abs(oracle.value(i)), 1e-30), "\(op.text)") }
    }
  }

  /// A layer's own activation, in every variant of it: that of the sums which the same kernel computes without it.
  @Test func layersApplyThem() throws {
    for activation in Activation.allCases {
      let applied = Self.all.first { type(of: $0).activation == activation }
      #expect((applied == nil) == (activation == .none))
      let layers: [(any Operator, any Operator, Shape)] = [
        (Conv2D(out: 40, activation: activation), Conv2D(out: 40), Shape(2, 9, 5, 9)),
        (
          Conv2D(
            out: 6, kernel: Pair(3), stride: Pair(2), padding: Padding(1), groups: 3, activation: activation),
          Conv2D(out: 6, kernel: Pair(3), stride: Pair(2), padding: Padding(1), groups: 3), Shape(1, 6, 9, 40)
        ),
        (Dense(out: 37, activation: activation), Dense(out: 37), Shape(1, 19)),
        (Dense(out: 37, activation: activation), Dense(out: 37), Shape(3, 19)),
      ]
      for (activated, plain, shape) in layers {
        let input = try Tensor<Float>.filled(shape)
        let weights = try Weights<Float>.filled(plain, [shape])
        for isa in availableISAs {
          let catalogue = Catalogue(tiledKernels)
          let names = catalogue.variants(activated, [shape], isa: isa).map(\.name)
          #expect(names == catalogue.variants(plain, [shape], isa: isa).map(\.name))
          for kernel in catalogue.variants(activated, [shape], isa: isa) {
            let sums = try outputs(of: kernel, plain, [input], weights, isa: isa, threads: [1])[0]
            let results = try outputs(of: kernel, activated, [input], weights, isa: isa)
            #expect(areIdentical(results))
            let oracle = try applied.map { try Oracle($0, [sums], weights: Weights([:])) }
            let agreement = oracle.map { $0.compare(results[0]) }
            #expect(
              agreement?.agrees ?? areIdentical([sums, results[0]]), "\(activated.text) by \(kernel.name)")
          }
        }
      }
    }
  }
}
