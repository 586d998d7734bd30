import Kernels
import Operators
import Tensors

extension GateGradient: ReferenceOperator {
  /// The products of each plane, or of all channels of each pixel, added up.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    { gateGradient(gate, place.inputs[0], place.inputs[1], place.inputShapes[0], into: place.output) }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func gateGradient<A: ReferenceNumber>(
  _ gate: Scale.Gate, _ input: UnsafePointer<A>, _ gradient: UnsafePointer<A>, _ shape: Shape,
  into output: UnsafeMutablePointer<A>
) {
  let (C, P) = (shape.c, shape.plane)
  switch gate {
  case .channel:
    for plane in 0..<shape.n * C {
      let (x, dy) = (input + plane * P, gradient + plane * P)
      var sum = A(0)
      for p in 0..<P { sum = sum + A.product(x[p], dy[p]) }
      output[plane] = sum
    }
  case .pixel:
    for n in 0..<shape.n {
      let sums = output + n * P
      for p in 0..<P { sums[p] = A(0) }
      for plane in n * C..<(n + 1) * C {
        let (x, dy) = (input + plane * P, gradient + plane * P)
        for p in 0..<P { sums[p] = sums[p] + A.product(x[p], dy[p]) }
      }
    }
  }
}

extension ChannelSlice: ReferenceOperator {
  /// Copies the channels of each image.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    {
      let (C, P) = (place.inputShapes[0].c, place.inputShapes[0].plane)
      for n in 0..<place.outputShape.n {
        (place.output + n * count * P).update(from: place.inputs[0] + (n * C + first) * P, count: count * P)
      }
    }
  }
}

extension SubsampleGradient: ReferenceOperator {
  /// Zeros, then the gradient of each pixel that was copied.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    let (shape, gradientShape, s) = (place.outputShape, place.inputShapes[0], op.stride)
    let before = op.before(shape.c)
    return {
      for i in 0..<shape.count { place.output[i] = A(0) }
      for n in 0..<shape.n {
        for c in 0..<shape.c {
          let dx = place.output + (n * shape.c + c) * shape.plane
          let dy = place.inputs[0] + (n * gradientShape.c + before + c) * gradientShape.plane
          for y in 0..<gradientShape.h {
            for x in 0..<gradientShape.w { dx[y * s * shape.w + x * s] = dy[y * gradientShape.w + x] }
          }
        }
      }
    }
  }
}
