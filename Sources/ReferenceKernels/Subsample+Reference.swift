import Kernels
import Operators
import Tensors

extension Subsample: ReferenceOperator {
  /// Copies every s-th pixel and writes zeros to the channels around.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    { subsample(self, place.inputs[0], place.inputShapes[0], into: place.output, place.outputShape) }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func subsample<A: ReferenceNumber>(
  _ op: Subsample, _ input: UnsafePointer<A>, _ inputShape: Shape, into output: UnsafeMutablePointer<A>,
  _ outputShape: Shape
) {
  let (C, H, W) = (inputShape.c, inputShape.h, inputShape.w)
  let before = op.before(C)
  var out = output
  for n in 0..<outputShape.n {
    for channel in 0..<outputShape.c {
      let c = channel - before
      for y in 0..<outputShape.h {
        for x in 0..<outputShape.w {
          let isInside = c >= 0 && c < C
          out.pointee = isInside ? input[((n &* C &+ c) &* H &+ y &* op.stride) &* W &+ x &* op.stride] : A(0)
          out += 1
        }
      }
    }
  }
}
