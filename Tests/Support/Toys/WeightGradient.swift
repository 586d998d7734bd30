import Kernels
import Operators
import ReferenceKernels
import Tensors

/// The gradient of a 1×1 convolution's weight with weight decay, from the layer's input, weight and gradient of the output:
/// `out[o,c] = w[o,c] / 2 + Σ_{n,p} in[n,c,p] · gradient[n,o,p]`.
public struct WeightGradient: ToyOperator {
  public let keyword = "weight-gradient"
  public var inputCount: Int { 3 }

  public init() {}

  public func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    guard inputs.count == 3, inputs[1].shape == Shape(inputs[2].c, inputs[0].c, 1, 1),
      inputs[0].plane == inputs[2].plane
    else { throw OperatorError("weight-gradient takes input, weight and gradient, not \(inputs.text)") }
    return [inputs[1]]
  }

  public func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    let macs = inputs[1].count * inputs[0].n * inputs[0].plane
    return Cost(
      macs: macs, macsInside: macs, others: inputs[1].count, inputs: inputs, weights: [],
      outputs: try outputs(inputs))
  }

  public func step<A: ReferenceNumber>(_ memory: ReferenceMemory<A>) -> () -> Void {
    let (inputs, y, type) = (memory.inputs, memory.output, memory.inputTypes)
    return {
      for i in 0..<type[1].count {
        y[i] = gradient(inputs, type, i, half: A(constant: 0.5), { $0 * $1 }, { $0 + $1 })
      }
    }
  }

  public func regions(_ memory: CallMemory, _ inputs: [TensorType], _ flaw: ToyFlaw, threads: Int) -> [Region]
  {
    let (given, y) = ((0..<3).map { memory.inputs[$0] }, memory.outputs[0])
    return [
      Region("gradient", tiles: inputs[1].count) { i, _ in
        y[i] = gradient(given, inputs, i, half: flaw == .otherDecay ? 0.25 : 0.5, { $0 * $1 }, { $0 + $1 })
      }
    ]
  }
}

private func gradient<A>(
  _ inputs: [UnsafePointer<A>], _ types: [TensorType], _ element: Int, half: A, _ times: (A, A) -> A,
  _ plus: (A, A) -> A
) -> A {
  let (channels, plane) = (types[0].c, types[0].plane)
  let (o, c) = (element / channels, element % channels)
  var sum = times(inputs[1][element], half)
  for n in 0..<types[0].n {
    let (x, g) = (
      inputs[0] + (n * channels + c) * plane, inputs[2] + (n * types[2].c + o) * plane
    )
    for p in 0..<plane { sum = plus(sum, times(x[p], g[p])) }
  }
  return sum
}
