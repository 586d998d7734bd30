import Kernels
import Operators
import Tensors

extension Conv2D: ReferenceOperator {
  /// The loop nest over outputs and taps, which skips taps outside the image; oracles use all processors.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    let weight = place.weight("weight")
    let bias = bias ? place.weight("bias") : nil
    let channels = place.outputShape.c
    nonisolated(unsafe) let (input, output) = (place.inputs[0], place.output)
    nonisolated(unsafe) let (w, b) = (weight, bias)
    let (inputShape, outputShape) = (place.inputShapes[0], place.outputShape)
    let compute: @Sendable (Range<Int>) -> Void = { [self] channels in
      var observer = NoTaps()
      convolve(self, input, inputShape, w, b, into: output, outputShape, channels: channels, &observer)
    }
    guard A.self is any Exact.Type else { return { compute(0..<channels) } }
    return { ParallelLoop.run(channels) { compute($0..<$0 + 1) } }
  }

  /// Runs the reference loop and counts the taps that it visits.
  public func countTaps(_ input: Shape) throws -> TapCount {
    let output = try output([TensorType(input)]).shape
    let weights = try weights([TensorType(input)])[0].shape
    let (x, w, y) = (try Tensor<Float>(input), try Tensor<Float>(weights), try Tensor<Float>(output))
    var count = TapCount()
    convolve(self, x.pointer, input, w.pointer, nil, into: y.pointer, output, channels: 0..<output.c, &count)
    return count
  }
}

@_specialize(where A == Float, T == NoTaps)
@_specialize(where A == Bounded, T == NoTaps)
@_specialize(where A == Likely, T == NoTaps)
@_specialize(where A == Float, T == TapCount)
func convolve<A: ReferenceNumber, T: TapObserver>(
  _ op: Conv2D, _ input: UnsafePointer<A>, _ inputShape: Shape, _ weight: UnsafePointer<Float>,
  _ bias: UnsafePointer<Float>?,
  into output: UnsafeMutablePointer<A>, _ outputShape: Shape, channels: Range<Int>, _ taps: inout T
) {
  let (N, C, H, W) = (inputShape.n, inputShape.c, inputShape.h, inputShape.w)
  let (O, OH, OW) = (outputShape.c, outputShape.h, outputShape.w)
  let (KH, KW, CG) = (op.kernel.h, op.kernel.w, C / op.groups)
  let (sh, sw, ph, pw) = (op.stride.h, op.stride.w, op.padding.top, op.padding.left)
  let (dh, dw, activation) = (op.dilation.h, op.dilation.w, op.activation)
  for n in 0..<N {
    for o in channels {
      var out = output + (n * O + o) * OH * OW
      let group = o / (O / op.groups)
      let planes = input + (n * C + group * CG) * H * W
      for y in 0..<OH {
        for x in 0..<OW {
          var sum = A(0)
          var w = weight + o * CG * KH * KW
          for c in 0..<CG {
            for i in 0..<KH {
              let iy = y &* sh &- ph &+ i &* dh
              if iy < 0 || iy >= H {
                taps.visit(inside: 0, outside: KW)
                w += KW
                continue
              }
              let row = planes + (c &* H &+ iy) &* W
              for j in 0..<KW {
                let ix = x &* sw &- pw &+ j &* dw
                if ix >= 0 && ix < W {
                  taps.visit(inside: 1, outside: 0)
                  sum = sum + row[ix] * w[j]
                } else {
                  taps.visit(inside: 0, outside: 1)
                }
              }
              w += KW
            }
          }
          if let bias { sum = sum + A(bias[o]) }
          out.pointee = sum.activated(activation)
          out += 1
        }
      }
    }
  }
}
