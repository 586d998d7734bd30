import Kernels
import Operators
import Tensors

extension DenseDataGradient: ReferenceOperator {
  /// For each row the rows of weights, times the gradient's elements, added up.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    let weight = place.weight("weight")
    return { denseData(place.inputs[0], place.inputShapes[0], weight, into: place.output, place.outputShape) }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func denseData<A: ReferenceNumber>(
  _ gradient: UnsafePointer<A>, _ shape: Shape, _ weight: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<A>, _ outputShape: Shape
) {
  let (N, O, K) = (shape.n, shape.c, outputShape.count / outputShape.n)
  for n in 0..<N {
    let dx = output + n * K
    for k in 0..<K { dx[k] = A(0) }
    for o in 0..<O {
      let (dy, w) = (gradient[n * O + o], weight + o * K)
      for k in 0..<K { dx[k] = dx[k] + dy * w[k] }
    }
  }
}

extension DenseWeightGradient: ReferenceOperator {
  /// For each output the rows of the input, times the gradient's elements, added up.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    {
      denseWeights(place.inputs[0], place.inputShapes[0], place.inputs[1], place.inputShapes[1], place.output)
    }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func denseWeights<A: ReferenceNumber>(
  _ input: UnsafePointer<A>, _ inputShape: Shape, _ gradient: UnsafePointer<A>, _ shape: Shape,
  _ output: UnsafeMutablePointer<A>
) {
  let (N, O, K) = (shape.n, shape.c, inputShape.count / inputShape.n)
  for o in 0..<O {
    let dw = output + o * K
    for k in 0..<K { dw[k] = A(0) }
    for n in 0..<N {
      let (dy, x) = (gradient[n * O + o], input + n * K)
      for k in 0..<K { dw[k] = dw[k] + A.product(x[k], dy) }
    }
  }
}
