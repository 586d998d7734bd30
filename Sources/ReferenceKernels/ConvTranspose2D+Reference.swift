import Kernels
import Operators
import Tensors

extension ConvTranspose2D: ReferenceOperator {
  func step<A: ReferenceNumber>(_ place: Place<A>) -> () -> Void {
    let weight = UnsafePointer(place.weights["weight"].pointer)
    let bias = bias ? UnsafePointer(place.weights["bias"].pointer) : nil
    nonisolated(unsafe) let (input, output, w, b) = (place.inputs[0], place.output, weight, bias)
    let (inputShape, outputShape) = (place.inputShapes[0], place.outputShape)
    let arrivals = arrivals(inputShape, outputShape)
    let compute: @Sendable (Range<Int>) -> Void = { [self] channels in
      var observer = NoTaps()
      convolveTransposed(
        self, arrivals, input, inputShape, w, b, into: output, outputShape, channels: channels, &observer)
    }
    guard A.self is any Exact.Type else { return { compute(0..<outputShape.c) } }
    return { ParallelLoop.run(outputShape.c) { compute($0..<$0 + 1) } }
  }

  /// Runs the reference loop and counts the taps that it visits, those that land outside the output with it.
  public func countTaps(_ input: Shape) throws -> TapCount {
    let output = try output([input])
    let (x, y) = (try Tensor<Float>(input), try Tensor<Float>(output))
    let w = try Tensor<Float>(weights([input])[0].shape)
    var count = TapCount()
    convolveTransposed(
      self, arrivals(input, output), x.pointer, input, w.pointer, nil, into: y.pointer, output,
      channels: 0..<output.c, &count)
    return count
  }

  private func arrivals(_ input: Shape, _ output: Shape) -> (rows: Arrivals, columns: Arrivals) {
    (
      Arrivals(kernel.h, stride.h, padding.h, dilation.h, inputs: input.h, outputs: output.h),
      Arrivals(kernel.w, stride.w, padding.w, dilation.w, inputs: input.w, outputs: output.w)
    )
  }
}

/// Which taps of which input positions arrive at each output position of one axis.
struct Arrivals: Sendable {
  struct Arrival {
    let tap: Int
    let input: Int
  }

  private(set) var list: [Arrival] = []
  /// Of each output position, in the list.
  private(set) var ranges: [Range<Int>] = []
  /// Taps that land outside the output.
  let outside: Int

  init(_ kernel: Int, _ stride: Int, _ padding: Int, _ dilation: Int, inputs: Int, outputs: Int) {
    for y in 0..<outputs {
      let first = list.count
      for tap in 0..<kernel {
        let (input, rest) = (y + padding - tap * dilation).quotientAndRemainder(dividingBy: stride)
        if rest == 0, input >= 0, input < inputs { list.append(Arrival(tap: tap, input: input)) }
      }
      ranges.append(first..<list.count)
    }
    outside = inputs * kernel - list.count
  }
}

@_specialize(where A == Float, T == NoTaps)
@_specialize(where A == Bounded, T == NoTaps)
@_specialize(where A == Likely, T == NoTaps)
@_specialize(where A == Float, T == TapCount)
func convolveTransposed<A: ReferenceNumber, T: TapObserver>(
  _ op: ConvTranspose2D, _ arrivals: (rows: Arrivals, columns: Arrivals), _ input: UnsafePointer<A>,
  _ inputShape: Shape, _ weight: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?,
  into output: UnsafeMutablePointer<A>, _ outputShape: Shape, channels: Range<Int>, _ taps: inout T
) {
  let (N, C, H, W) = (inputShape.n, inputShape.c, inputShape.h, inputShape.w)
  let (O, OH, OW) = (outputShape.c, outputShape.h, outputShape.w)
  let (KH, KW, CG, OG) = (op.kernel.h, op.kernel.w, C / op.groups, O / op.groups)
  let (rows, columns) = arrivals
  for n in 0..<N {
    for o in channels {
      let first = o / OG * CG
      var out = output + (n * O + o) * OH * OW
      for y in 0..<OH {
        for x in 0..<OW {
          var sum = A(0)
          for c in first..<first &+ CG {
            let kernel = weight + (c &* OG &+ o % OG) &* KH &* KW
            let plane = input + (n &* C &+ c) &* H &* W
            for i in rows.ranges[y] {
              let (row, w) = (plane + rows.list[i].input &* W, kernel + rows.list[i].tap &* KW)
              for j in columns.ranges[x] {
                taps.visit(inside: 1, outside: 0)
                sum = sum + row[columns.list[j].input] * w[columns.list[j].tap]
              }
            }
          }
          if let bias { sum = sum + A(bias[o]) }
          out.pointee = sum
          out += 1
        }
      }
      let inside = rows.list.count * columns.list.count
      taps.visit(
        inside: 0,
        outside: CG * ((rows.list.count + rows.outside) * (columns.list.count + columns.outside) - inside))
    }
  }
}
