import Kernels
import Operators
import Tensors

extension Dense: ReferenceOperator {
  /// A dot product of each row with each row of weights.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    let weight = place.weight("weight")
    let bias = bias ? place.weight("bias") : nil
    return { dense(self, place.inputs[0], place.inputShapes[0], weight, bias, into: place.output) }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func dense<A: ReferenceNumber>(
  _ op: Dense, _ input: UnsafePointer<A>, _ shape: Shape, _ weight: UnsafePointer<Float>,
  _ bias: UnsafePointer<Float>?,
  into output: UnsafeMutablePointer<A>
) {
  let (N, O, K) = (shape.n, op.outputs, shape.count / shape.n)
  for n in 0..<N {
    let x = input + n * K
    for o in 0..<O {
      let w = weight + o * K
      var sum = A(0)
      for k in 0..<K { sum = sum + x[k] * w[k] }
      if let bias { sum = sum + A(bias[o]) }
      output[n * O + o] = sum.activated(op.activation)
    }
  }
}
