import Kernels
import Operators
import Tensors

extension BatchNorm: ReferenceOperator {
  /// Each channel's factor is computed once for an image; ε is rounded as a constant of the formula.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    let arrays = ["weight", "bias", "mean", "variance"].map { place.weight($0) }
    return {
      batchNorm(
        place.inputs[0], place.inputShapes[0], gamma: arrays[0], beta: arrays[1], mean: arrays[2],
        variance: arrays[3], epsilon: epsilon, into: place.output)
    }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func batchNorm<A: ReferenceNumber>(
  _ input: UnsafePointer<A>, _ shape: Shape, gamma: UnsafePointer<Float>,
  beta: UnsafePointer<Float>, mean: UnsafePointer<Float>, variance: UnsafePointer<Float>,
  epsilon: Double, into output: UnsafeMutablePointer<A>
) {
  let (C, P) = (shape.c, shape.plane)
  for plane in 0..<shape.n * C {
    let c = plane % C
    let (factor, center, shift) = (
      A(gamma[c]) / (A(variance[c]) + A(constant: epsilon)).squareRoot(), A(mean[c]), A(beta[c])
    )
    let (x, y) = (input + plane * P, output + plane * P)
    for p in 0..<P { y[p] = (x[p] - center) * factor + shift }
  }
}

extension Add: ReferenceOperator {
  /// The first input plus the second, element by element.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    { add(place.inputs[0], place.inputs[1], place.outputShape.count, into: place.output) }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func add<A: ReferenceNumber>(
  _ a: UnsafePointer<A>, _ b: UnsafePointer<A>, _ count: Int, into output: UnsafeMutablePointer<A>
) {
  for i in 0..<count { output[i] = a[i] + b[i] }
}

extension Scale: ReferenceOperator {
  /// Each element times its channel's or its pixel's gate.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    { scale(self, place.inputs[0], place.inputs[1], place.outputShape, into: place.output) }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func scale<A: ReferenceNumber>(
  _ op: Scale, _ input: UnsafePointer<A>, _ gate: UnsafePointer<A>, _ shape: Shape,
  into output: UnsafeMutablePointer<A>
) {
  let (C, P) = (shape.c, shape.plane)
  for n in 0..<shape.n {
    for c in 0..<C {
      let plane = n * C + c
      let (x, y) = (input + plane * P, output + plane * P)
      switch op.gate {
      case .channel:
        let factor = gate[plane]
        for p in 0..<P { y[p] = x[p] * factor }
      case .pixel:
        let factors = gate + n * P
        for p in 0..<P { y[p] = x[p] * factors[p] }
      }
    }
  }
}

extension Concat: ReferenceOperator {
  /// Copies the inputs' planes of each image, one input after the other.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    {
      var target = place.output
      for n in 0..<place.outputShape.n {
        for (input, shape) in zip(place.inputs, place.inputShapes) {
          let count = shape.count / shape.n
          target.update(from: input + n * count, count: count)
          target += count
        }
      }
    }
  }
}
