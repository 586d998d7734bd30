import Kernels
import Operators
import Tensors

extension BatchNormTraining: ReferenceOperator {
  /// The mean of each channel, the mean square of what is left, the result.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    let (gamma, beta) = (place.weight("weight"), place.weight("bias"))
    let (mean, variance) = (place.number(output: 1), place.number(output: 2))
    return {
      batchNormTraining(
        place.inputs[0], place.inputShapes[0], gamma: gamma, beta: beta, epsilon: epsilon,
        into: place.output, mean, variance)
    }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func batchNormTraining<A: ReferenceNumber>(
  _ input: UnsafePointer<A>, _ shape: Shape, gamma: UnsafePointer<Float>, beta: UnsafePointer<Float>,
  epsilon: Double, into output: UnsafeMutablePointer<A>, _ means: UnsafeMutablePointer<A>,
  _ variances: UnsafeMutablePointer<A>
) {
  let (N, C, P) = (shape.n, shape.c, shape.plane)
  let m = A(Float(N * P))
  for c in 0..<C {
    var (sum, squares) = (A(0), A(0))
    for n in 0..<N {
      let x = input + (n * C + c) * P
      for p in 0..<P { sum = sum + x[p] }
    }
    let mean = sum / m
    for n in 0..<N {
      let x = input + (n * C + c) * P
      for p in 0..<P { squares = squares + (x[p] - mean) * (x[p] - mean) }
    }
    let variance = squares / m
    let factor = A(gamma[c]) / (variance + A(constant: epsilon)).squareRoot()
    for n in 0..<N {
      let (x, y) = (input + (n * C + c) * P, output + (n * C + c) * P)
      for p in 0..<P { y[p] = (x[p] - mean) * factor + A(beta[c]) }
    }
    (means[c], variances[c]) = (mean, variance)
  }
}

extension BatchNormGradient: ReferenceOperator {
  /// Both sums of each channel, then the gradient of its elements.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    let gamma = place.weight("weight")
    let frozen = isFrozen ? (mean: place.weight("mean"), variance: place.weight("variance")) : nil
    let (x, dy, dx) = (place.inputs[0], place.inputs[1], place.output)
    let (scale, shift) = (place.number(output: 1), place.number(output: 2))
    return {
      for c in 0..<place.inputShapes[0].c {
        let (mean, variance) =
          frozen.map { (A($0.mean[c]), A($0.variance[c])) } ?? (place.inputs[2][c], place.inputs[3][c])
        batchNormGradient(
          x, dy, place.inputShapes[0], channel: c, A(gamma[c]), mean,
          deviation: (variance + A(constant: epsilon)).squareRoot(), isFrozen, into: dx, scale, shift)
      }
    }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func batchNormGradient<A: ReferenceNumber>(
  _ input: UnsafePointer<A>, _ gradient: UnsafePointer<A>, _ shape: Shape, channel c: Int, _ gamma: A,
  _ mean: A, deviation: A, _ isFrozen: Bool, into output: UnsafeMutablePointer<A>,
  _ scale: UnsafeMutablePointer<A>, _ shift: UnsafeMutablePointer<A>
) {
  let (N, C, P) = (shape.n, shape.c, shape.plane)
  var (products, sum) = (A(0), A(0))
  for n in 0..<N {
    let (x, dy) = (input + (n * C + c) * P, gradient + (n * C + c) * P)
    for p in 0..<P {
      sum = sum + dy[p]
      products = products + dy[p] * ((x[p] - mean) / deviation)
    }
  }
  (scale[c], shift[c]) = (products, sum)
  let (factor, m) = (gamma / deviation, A(Float(N * P)))
  let (center, slope) = (sum / m, products / m)
  for n in 0..<N {
    let (x, dy, dx) = (
      input + (n * C + c) * P, gradient + (n * C + c) * P, output + (n * C + c) * P
    )
    if isFrozen {
      for p in 0..<P { dx[p] = dy[p] * factor }
    } else {
      for p in 0..<P { dx[p] = factor * (dy[p] - center - (x[p] - mean) / deviation * slope) }
    }
  }
}
