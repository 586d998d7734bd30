import Glibc
import Kernels
import Models
import Operators
import ReferenceKernels
import Support
import Tensors
import Testing
import TiledKernels

/// Winograd's convolution with every tile size on every instruction set. Flaws they would catch: a tile at the end of a row, of
/// an image or of a group that is left out or computed from its neighbour, an entry of a matrix, a growth of errors that is
/// smaller than what the points amplify.
@Suite struct WinogradTests {
  static let kernels = Catalogue(tiledKernels).kernels.filter { $0.name.hasPrefix("tiled/winograd") }

  /// One tile and less, rests along either axis, planes of one row of tiles, padding of every kind, groups with vectors that
  /// are partly empty, images that share a block, more tiles than one block holds and rows that are longer.
  static let cases = [
    "conv:out=1,k=3@1x1x3x3", "conv:out=1,k=3,p=1@1x1x2x2", "conv:out=3,k=3,p=1@1x2x7x7",
    "conv:out=5,k=3,p=0x1x2x1@2x3x13x30", "conv:out=24,k=3,p=1,g=2@3x14x7x9",
    "conv:out=33,k=3,p=2@1x17x6x5", "conv:out=40,k=3,p=1,bias=0@5x20x4x3", "conv:out=6,k=3,g=3@2x9x9x50",
    "conv:out=16,k=3,p=1@1x16x3x600", "conv:out=8,k=3,p=1@1x16x150x40", "conv:out=64,k=3,p=1@1x64x28x28",
    "conv:out=7,k=3,p=5@1x5x3x4", "conv:out=2,k=3,p=1x300x1x0@1x2x3x5",
    "conv:out=12,k=3,p=1,act=silu@2x8x10x11", "conv:out=6,k=5,p=2@2x3x2x2",
  ]

  private static func operands(_ text: String) throws -> (Conv2D, Tensor<Float>, Weights<Float>) {
    let sides = text.split(separator: "@")
    let op = try #require(try Modules.parse(sides[0]) as? Conv2D)
    let input = try Tensor<Float>.filled(try Shape(text: sides[1]))
    return (op, input, try Weights.filled(op, [input.shape]))
  }

  /// Within the bound of the oracle, and far within what users ask for: a ten-thousandth of the largest output.
  @Test(arguments: cases)
  func agreesWithTheFormula(text: String) throws {
    let (op, input, weights) = try Self.operands(text)
    let oracle = try Oracle(op, [input], weights: weights)
    let largest = (0..<oracle.count).reduce(0) { max($0, abs(oracle.value($1))) }
    for kernel in Self.kernels {
      for isa in availableISAs {
        let growth = try #require(kernel.support(op, [TensorType(input.shape)], isa: isa).forms.first)
          .errorGrowth
        let all = try outputs(of: kernel, op, [input], weights, isa: isa)
        #expect(areIdentical(all), "\(kernel.name) on \(isa) depends on the thread count")
        for i in 0..<oracle.count {
          let error = abs(Double(all[0].pointer[i]) - oracle.value(i))
          #expect(
            error <= min(oracle.bound(i, growth: growth), 1e-4 * largest), "\(kernel.name) on \(isa) at \(i)")
        }
      }
    }
  }

  /// Caches of every size give the same bits, though tiles and output channels are computed in other blocks. Flaws it would
  /// catch: weights of a batch of output channels that are read as those of another, sums that overlap.
  @Test(arguments: [
    "conv:out=200,k=3,p=1@1x32x40x36", "conv:out=160,k=3,p=1,g=2@3x24x18x20",
    "conv:out=100,k=3,p=1@1x48x90x86",
  ])
  func cachesDoNotChangeResults(text: String) throws {
    let (op, input, weights) = try Self.operands(text)
    for isa in availableISAs {
      let bySize = try [64 << 10, 512 << 10, 1 << 20, 2 << 20].map { bytes in
        try winogradKernels(secondCache: bytes).map {
          try outputs(of: $0, op, [input], weights, isa: isa, threads: [1, 2])
        }
      }
      for size in bySize[0].indices {
        #expect(areIdentical(bySize.flatMap { $0[size] }), "tiles of \(2 * size + 2) on \(isa)")
      }
    }
  }

  /// Batch norm, a residual and an activation after the sums are those of the operators one by one.
  @Test(arguments: ["conv:out=10,k=3,p=1,bias=0@2x8x9x14", "conv:out=34,k=3,p=1@1x17x5x31"], [true, false])
  func fusesWhatFollows(text: String, isRectified: Bool) throws {
    let (op, input, weights) = try Self.operands(text)
    let output = try op.output([input.shape])
    let residual = try Tensor<Float>.filled(output)
    var fusion = Fusion()
    fusion.batchNorm = try FoldedBatchNorm(
      scale: (0..<output.c).map { 1 - Float($0) / 64 }, shift: (0..<output.c).map { Float($0) / 32 - 0.5 }
    )
    fusion.residual = true
    fusion.activation = isRectified ? .relu : .sigmoid
    let oracle = try Oracle(op, [input], weights: weights)
    for kernel in Self.kernels {
      for isa in availableISAs {
        let form = try #require(kernel.support(op, [TensorType(input.shape)], isa: isa).forms.first)
        let task = KernelTask(op, [input.shape], weights: weights, isa: isa, fusion: fusion)
        let found = try Self.result(try kernel.prepare(task), [input, residual], output)
        for i in 0..<output.count {
          let c = i / output.plane % output.c
          let scale = Double(fusion.batchNorm?[c].scale ?? 1)
          let sum =
            oracle.value(i) * scale + Double(fusion.batchNorm?[c].shift ?? 0) + Double(residual.pointer[i])
          let wanted = isRectified ? max(sum, 0) : 1 / (1 + exp(-sum))
          // Neither activation is steeper than 1; the sigmoid's polynomial is within 2e-7.
          let bound = oracle.bound(i, growth: form.errorGrowth) + 4e-7 * (1 + abs(sum))
          #expect(abs(Double(found.pointer[i]) - wanted) <= bound, "\(kernel.name) on \(isa) at \(i)")
        }
      }
    }
  }

  private static func result(
    _ prepared: any Prepared, _ inputs: [Tensor<Float>], _ shape: Shape
  ) throws -> Tensor<Float> {
    let output = try Tensor<Float>(shape, backing: .guarded)
    let workspace = try Tensor<Float>(Shape(max(1, prepared.workspace(threads: 2))), backing: .guarded)
    withExtendedLifetime(inputs) {
      Team(threads: 2).run(prepared.bind(inputs, [output], workspace: workspace, threads: 2))
    }
    return output
  }

  /// What it does not compute it refuses, and no exact catalogue has it.
  @Test(arguments: [
    "conv:out=4,k=3,s=2,p=1@1x4x9x9", "conv:out=4,k=3,d=2@1x4x9x9", "conv:out=4,k=5@1x4x9x9",
    "conv:out=4@1x4x9x9", "conv:out=4,k=3,p=1@1x4x1x9", "relu@1x4x9x9",
  ])
  func refusesOtherOperators(text: String) throws {
    let sides = text.split(separator: "@")
    let op = try Modules.parse(sides[0])
    let inputs = try op.inputs(for: [try Shape(text: sides[1])])
    #expect(Self.kernels.count == 3)
    for kernel in Self.kernels {
      #expect(kernel.support(op, inputs, isa: .baseline).forms.isEmpty, "\(kernel.name)")
    }
    let exact = Catalogue(tiledKernels).exact.choices(op, inputs, isa: .baseline)
    #expect(!exact.isEmpty && exact.allSatisfy(\.form.isDirect))
  }

  /// A network without transforms is one whose errors do not grow.
  @Test func exactNetworksHaveExactLayers() throws {
    let network = try Modules.parse("basicblock:out=64")
    let shapes = [Shape(1, 64, 28, 28)]
    let catalogue = Catalogue(tiledKernels)
    let (fast, exact) = (
      catalogue.best(network, shapes, isa: .best), catalogue.exact.best(network, shapes, isa: .best)
    )
    #expect(try #require(fast).form.errorGrowth > 1)
    #expect(try #require(exact).form.isDirect)
  }
}
