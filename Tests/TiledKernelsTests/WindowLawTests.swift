import Kernels
import Models
import Operators
import ReferenceKernels
import Support
import Tensors
import Testing
import TiledKernels

/// Dot products and windows, at the lengths and edges at which they change their ways. Integers: every order of a sum is exact.
@Suite struct WindowLaws {
  /// Flaws it would catch: a last vector that counts twice what it repeats, a block of rows or outputs that is left out.
  @Test(arguments: [16, 17, 31, 33, 47, 64, 79, 131])
  func denseLayersOfEachRest(features: Int) throws {
    for (images, outputs) in [(1, 1), (1, 3), (1, 5), (2, 1), (2, 2), (3, 3), (5, 1), (7, 2)] {
      let (op, shape) = (Dense(out: outputs), Shape(images, features))
      try expectTheFormula(op, try .filled(shape, .integers), try .filled(op, [shape], .integers))
    }
  }

  /// Sums in parts, whose last one is no whole number of lines.
  @Test(arguments: [(1, 1, 40_007), (2, 1, 16_385), (1, 3, 20_003)])
  func longSums(images: Int, outputs: Int, features: Int) throws {
    for activation in [Activation.none, .relu] {
      let (op, shape) = (Dense(out: outputs, activation: activation), Shape(images, features))
      try expectTheFormula(op, try .filled(shape, .integers), try .filled(op, [shape], .integers))
    }
  }

  /// What the last vector repeats of a row does not reach the sum, not even as zero times infinity.
  @Test func infinitiesStayInfinite() throws {
    let (op, shape) = (Dense(out: 1, bias: false), Shape(1, 19))
    let input = try Tensor<Float>.filled(shape, .integers)
    let weights = try Weights<Float>.filled(op, [shape])
    for at in [0, 3, 12, 18] {
      let infinite = try Tensor<Float>(shape)
      infinite.assign(input.elements)
      infinite.pointer[at] = .infinity
      try weights["weight"].pointer[at] = 1
      try expectTheFormula(op, infinite, weights)
    }
  }

  /// Every way of copying windows: none, each in a row, pixels side by side; borders, strides, groups, several parts.
  @Test(arguments: [
    ("conv:out=3", Shape(5, 19, 1, 1)), ("conv:out=2,k=3x2,g=2", Shape(2, 12, 3, 2)),
    ("conv:out=1,k=5,p=4,s=3", Shape(2, 3, 4, 6)), ("conv:out=4,k=3,p=1,s=2,g=2", Shape(1, 6, 40, 3)),
    ("conv:out=17,k=1x3,p=0x1,s=3,d=2", Shape(1, 5, 9, 7)), ("conv:out=2,k=2x7,p=1x3", Shape(1, 70, 3, 4)),
    ("conv:out=30,k=2,p=1x0,s=2", Shape(1, 3, 100, 6)), ("conv:out=1,k=3,s=4", Shape(3, 300, 4, 11)),
  ])
  func windows(text: String, shape: Shape) throws {
    let op = try Modules.parse(text)
    try expectTheFormula(op, try .filled(shape, .integers), try .filled(op, [shape], .integers))
  }

  /// Transposed convolutions of several images at once, of columns taken as rows, of one phase that is the output.
  @Test(arguments: [
    ("conv-transpose:out=8,k=3x2,s=2x3,p=1x0,g=2", Shape(6, 4, 9, 1)),
    ("conv-transpose:out=3,k=4x3,s=2,p=1,d=1x2,op=0x1", Shape(3, 5, 7, 1)),
    ("conv-transpose:out=3,k=2x4,s=2,p=0x1,op=1x0", Shape(4, 5, 7, 1)),
    ("conv-transpose:out=3,k=3,p=1,g=3", Shape(7, 3, 5, 6)), ("conv-transpose:out=2,s=2", Shape(4, 40, 1, 1)),
    ("conv-transpose:out=5,k=3,s=2,p=1", Shape(6, 30, 40, 3)),
  ])
  func transposed(text: String, shape: Shape) throws {
    let op = try Modules.parse(text)
    try expectTheFormula(op, try .filled(shape, .integers), try .filled(op, [shape], .integers))
  }

  /// Batch norm, residual and activation as the direct kernel has them.
  @Test(arguments: [
    (Conv2D(out: 3), Shape(5, 37, 1, 1)), (Conv2D(out: 1), Shape(1, 30_011, 1, 1)),
    (Conv2D(out: 2, kernel: Pair(3), stride: Pair(2), padding: Padding(1)), Shape(2, 40, 3, 3)),
    (Conv2D(out: 2, kernel: Pair(2), stride: Pair(2)), Shape(2, 3, 60, 6)),
  ])
  func epilogues(conv: Conv2D, shape: Shape) throws {
    let weights = try Weights<Float>.filled(conv, [shape])
    let inputs = [
      try Tensor<Float>.filled(shape), try Tensor<Float>.filled(try conv.output([shape]), seed: 2),
    ]
    let oracle = try Oracle(conv, [inputs[0]], weights: weights)
    for activation in [Activation.relu, .silu] {
      var fusion = Fusion()
      fusion.batchNorm = try FoldedBatchNorm(
        scale: (0..<conv.outputChannels).map { Float($0) / 2 + 0.5 },
        shift: (0..<conv.outputChannels).map { Float($0) - 1 }
      )
      (fusion.residual, fusion.activation) = (true, activation)
      for isa in availableISAs {
        let results = try ["tiled/direct", "tiled/windows"].map { name in
          try run(name, KernelTask(conv, [shape], weights: weights, isa: isa, fusion: fusion), inputs)
        }
        for i in 0..<results[0].count {
          let error = abs(Double(results[0].pointer[i] - results[1].pointer[i]))
          let bound = Self.epilogueBound(oracle, fusion, residual: inputs[1], at: i)
          #expect(error <= 2 * bound, "\(isa) \(activation) at \(i)")
        }
      }
    }
  }

  /// Bound of the error of `activation(scale · sum + shift + residual)`. The sum's bound covers factors folded into its
  /// weights; a product and two additions follow. ReLU and SiLU are nowhere steeper than 1.1, and round by at most 7·u.
  private static func epilogueBound(
    _ oracle: Oracle, _ fusion: Fusion, residual: Tensor<Float>, at i: Int
  ) -> Double {
    let (u, channel) = (0x1p-24, i / residual.shape.plane % residual.shape.c)
    let (scale, shift) =
      fusion.batchNorm.map { (Double($0[channel].scale), Double($0[channel].shift)) } ?? (1, 0)
    let magnitude = abs(scale * oracle.value(i)) + abs(shift) + abs(Double(residual.pointer[i]))
    let carried = abs(scale) * oracle.bound(i)
    return 1.1 * (carried + 3 * u * (magnitude + carried)) + 7 * u * magnitude
  }

  private func run(_ name: String, _ task: KernelTask, _ inputs: [Tensor<Float>]) throws -> Tensor<Float> {
    let kernel = try #require(tiledKernels.first { $0.name == name })
    let prepared = try kernel.prepare(task)
    let output = try Tensor<Float>(inputs[1].shape)
    let workspace = try Tensor<Float>(Shape(max(1, prepared.workspace(threads: 2))), backing: .guarded)
    withExtendedLifetime((inputs, workspace)) {
      Team(threads: 2).run(prepared.bind(inputs, [output], workspace: workspace, threads: 2))
    }
    return output
  }

  private func expectTheFormula(
    _ op: any Operator, _ input: Tensor<Float>, _ weights: Weights<Float>
  ) throws {
    let expected = try outputs(of: ReferenceKernel(), op, [input], weights, isa: .baseline)[0]
    for isa in availableISAs {
      for kernel in Catalogue(tiledKernels).exact.variants(op, [input.shape], isa: isa) {
        let all = try outputs(of: kernel, op, [input], weights, isa: isa)
        #expect(areIdentical(all), "\(kernel.name) on \(isa) depends on the thread count")
        #expect(all[0].elements == expected.elements, "\(kernel.name) on \(isa), \(op.text) \(input.shape)")
      }
    }
  }
}
