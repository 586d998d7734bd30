import Kernels
import Operators
import Tensors

extension ConvWeightGradient: ReferenceOperator {
  /// For each weight the products of its tap's pixels with the gradient, image by image, row by row; oracles use all
  /// processors.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    nonisolated(unsafe) let (image, gradient, output) = (place.inputs[0], place.inputs[1], place.output)
    let (inputShape, gradientShape) = (place.inputShapes[0], place.inputShapes[1])
    let compute: @Sendable (Range<Int>) -> Void = { [conv] filters in
      var observer = NoTaps()
      correlate(conv, image, inputShape, gradient, gradientShape, into: output, filters: filters, &observer)
    }
    guard A.self is any Exact.Type else { return { compute(0..<gradientShape.c) } }
    return { ParallelLoop.run(gradientShape.c) { compute($0..<$0 + 1) } }
  }

  /// Runs the reference loop and counts the taps that it visits, with those outside the image.
  public func countTaps(_ input: Shape) throws -> TapCount {
    let types = [TensorType(input), try conv.output([TensorType(input)])]
    let (x, dy) = (try Tensor<Float>(input), try Tensor<Float>(types[1].shape))
    let dw = try Tensor<Float>(output(types).shape)
    var count = TapCount()
    correlate(
      conv, x.pointer, input, dy.pointer, types[1].shape, into: dw.pointer, filters: 0..<conv.outputChannels,
      &count)
    return count
  }
}

@_specialize(where A == Float, T == NoTaps)
@_specialize(where A == Bounded, T == NoTaps)
@_specialize(where A == Likely, T == NoTaps)
@_specialize(where A == Float, T == TapCount)
func correlate<A: ReferenceNumber, T: TapObserver>(
  _ op: Conv2D, _ image: UnsafePointer<A>, _ imageShape: Shape, _ gradient: UnsafePointer<A>,
  _ gradientShape: Shape, into output: UnsafeMutablePointer<A>, filters: Range<Int>, _ taps: inout T
) {
  let (N, C, H, W) = (imageShape.n, imageShape.c, imageShape.h, imageShape.w)
  let (O, OH, OW) = (gradientShape.c, gradientShape.h, gradientShape.w)
  let (KH, KW, CG) = (op.kernel.h, op.kernel.w, C / op.groups)
  let (sh, sw) = (op.stride.h, op.stride.w)
  for o in filters {
    var out = output + o * CG * KH * KW
    for c in o / (O / op.groups) * CG..<(o / (O / op.groups) + 1) * CG {
      for i in 0..<KH {
        let top = i * op.dilation.h - op.padding.top
        let rows = outputsInside(H, OH, stride: sh, offset: top)
        for j in 0..<KW {
          let left = j * op.dilation.w - op.padding.left
          let columns = outputsInside(W, OW, stride: sw, offset: left)
          var sum = A(0)
          for n in 0..<N {
            let (plane, dy) = (image + (n * C + c) * H * W, gradient + (n * O + o) * OH * OW)
            for y in rows {
              let (row, slope) = (plane + ((y &* sh &+ top) &* W &+ left), dy + y &* OW)
              for x in columns { sum = sum + A.product(row[x &* sw], slope[x]) }
            }
          }
          let inside = N * rows.count * columns.count
          taps.visit(inside: inside, outside: N * OH * OW - inside)
          out.pointee = sum
          out += 1
        }
      }
    }
  }
}

/// Output positions y of one axis for which `y · stride + offset` lies inside the image.
private func outputsInside(_ size: Int, _ outputs: Int, stride: Int, offset: Int) -> Range<Int> {
  let first = offset >= 0 ? 0 : (stride - 1 - offset) / stride
  let last = size - 1 - offset < 0 ? -1 : (size - 1 - offset) / stride
  return first..<max(first, min(outputs, last + 1))
}

extension ChannelSum: ReferenceOperator {
  /// The elements of each channel, image by image.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    { sumChannels(place.inputs[0], place.inputShapes[0], into: place.output) }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func sumChannels<A: ReferenceNumber>(
  _ input: UnsafePointer<A>, _ shape: Shape, into output: UnsafeMutablePointer<A>
) {
  let (C, P) = (shape.c, shape.plane)
  for c in 0..<C {
    var sum = A(0)
    for n in 0..<shape.n {
      let plane = input + (n * C + c) * P
      for p in 0..<P { sum = sum + plane[p] }
    }
    output[c] = sum
  }
}
