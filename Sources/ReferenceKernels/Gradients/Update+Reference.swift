import Kernels
import Operators
import Tensors

extension SGD: ReferenceOperator {
  /// One weight after the other.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    {
      for k in 0..<count {
        sgd(
          optimizer, place.inputs[k], gradient: place.inputs[count + k],
          velocity: optimizer.hasVelocity ? place.inputs[2 * count + k] : nil, place.inputShapes[k].count,
          into: place.number(output: k),
          optimizer.hasVelocity ? place.number(output: count + k) : nil)
      }
    }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func sgd<A: ReferenceNumber>(
  _ optimizer: Optimizer, _ w: UnsafePointer<A>, gradient: UnsafePointer<A>, velocity: UnsafePointer<A>?,
  _ count: Int, into output: UnsafeMutablePointer<A>, _ newVelocity: UnsafeMutablePointer<A>?
) {
  let (rate, momentum, decay) = (
    A(constant: optimizer.rate), A(constant: optimizer.momentum), A(constant: optimizer.decay)
  )
  for i in 0..<count {
    let g = optimizer.decay > 0 ? gradient[i] + decay * w[i] : gradient[i]
    var step = g
    if let velocity, let newVelocity {
      let v = momentum * velocity[i] + g
      newVelocity[i] = v
      step = optimizer.isNesterov ? g + momentum * v : v
    }
    output[i] = w[i] - rate * step
  }
}

extension RunningStatistics: ReferenceOperator {
  /// One value after the other.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    {
      for (k, update) in updates.enumerated() {
        let (keep, take) = (
          A(constant: 1 - update.momentum), A(constant: update.momentum * update.correction)
        )
        let (running, batch, output) = (
          place.inputs[k], place.inputs[updates.count + k], place.number(output: k)
        )
        for i in 0..<place.inputShapes[k].count { output[i] = keep * running[i] + take * batch[i] }
      }
    }
  }
}
