import Execution
import Kernels
import Operators
import ReferenceKernels
import Support
import Tensors
import Testing

/// Constants and weights that a graph's nodes read or that it gives.
@Suite struct HeldTensorTests {
  private static let kernels: [any Kernel] = [
    Layers(name: "layers", Catalogue([ToyKernel(), LayoutKernel("any", Form(cycles: 2)) { _ in true }])),
    ReferenceKernel(),
  ]
  private static let image = Shape(1, 4, 3, 5)

  /// A layer and the gradient of its weight; the weight and a constant as results, too.
  private static let training = Wired("training") { g in
    let indices = g.add(Constant(Shape(3), .int64([7, -1, 1 << 40])))
    let y = g.add("conv", Conv2D(out: 6, bias: false), .input(0))
    let gradient = g.add("gradient", WeightGradient(), .input(0), .weight("conv.weight"), y)
    g.outputs = [gradient, .weight("conv.weight"), indices, y, .input(0)]
  }

  @Test(arguments: kernels.indices) func weightsAndConstantsAreReadAndGiven(kernel: Int) throws {
    let input = try Tensor.filled(Self.image)
    let weights = try Self.training.seededWeights([input.type])
    let results = try results(of: Self.kernels[kernel], Self.training, [input], weights)
    for outputs in results {
      #expect(try Oracle(Self.training, [input], weights: weights).compare(outputs).agrees)
      #expect((outputs[1] as? Tensor<Float>)?.elements == (try weights["conv.weight"].elements))
      #expect((outputs[2] as? Tensor<Int64>)?.elements == [7, -1, 1 << 40])
      #expect((outputs[4] as? Tensor<Float>)?.elements == input.elements)
    }
  }

  /// The weight's gradient is the formula, summed here by hand.
  @Test func theGradientIsTheFormula() throws {
    let input = try Tensor.filled(Self.image)
    let weights = try Self.training.seededWeights([input.type])
    let oracle = try Oracle(Self.training, [input], weights: weights)
    let (x, w) = (input.elements, try weights["conv.weight"].elements)
    for o in 0..<6 {
      for c in 0..<4 {
        var sum = Double(w[o * 4 + c]) / 2
        for p in 0..<15 {
          let y = (0..<4).reduce(0.0) { $0 + Double(x[$1 * 15 + p]) * Double(w[o * 4 + $1]) }
          sum += Double(x[c * 15 + p]) * y
        }
        #expect(abs(oracle.value(o * 4 + c) - sum) <= oracle.doubleBound(o * 4 + c))
      }
    }
  }

  @Test(arguments: kernels.indices) func aMissingWeightIsNamed(kernel: Int) throws {
    let task = KernelTask(
      Self.training, [TensorType(Self.image)], weights: Weights([:]), isa: .baseline)
    let error = #expect(throws: OperatorError.self) { try Self.kernels[kernel].prepare(task) }
    #expect(error?.description == "there are no weights 'conv.weight'; there are none at all")
  }

  /// Memory that is evicted from the caches: the packed weights, and each held tensor once.
  @Test func heldTensorsAreMemoryOfWeights() throws {
    let weights = try Self.training.seededWeights([TensorType(Self.image)])
    let prepared = try Self.kernels[0].prepare(
      KernelTask(Self.training, [TensorType(Self.image)], weights: weights, isa: .baseline))
    let held = prepared.weightMemory.map(\.count)
    #expect(held.filter { $0 == 3 * 8 }.count == 1)
    #expect(held.contains(4 * 6 * 4))
  }
}
