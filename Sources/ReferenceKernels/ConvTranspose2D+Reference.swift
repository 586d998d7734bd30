import Kernels
import Operators
import Tensors

extension ConvTranspose2D: ReferenceOperator {
  /// Adds kernel by kernel to the sums of each output channel; oracles use all processors.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    let weight = place.weight("weight")
    let bias = bias ? place.weight("bias") : nil
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
    let output = try output([TensorType(input)]).shape
    let (x, y) = (try Tensor<Float>(input), try Tensor<Float>(output))
    let w = try Tensor<Float>(weights([TensorType(input)])[0].shape)
    var count = TapCount()
    convolveTransposed(
      self, arrivals(input, output), x.pointer, input, w.pointer, nil, into: y.pointer, output,
      channels: 0..<output.c, &count)
    return count
  }

  private func arrivals(_ input: Shape, _ output: Shape) -> (rows: Arrivals, columns: Arrivals) {
    (
      Arrivals(kernel.h, stride.h, padding.top, dilation.h, inputs: input.h, outputs: output.h),
      Arrivals(kernel.w, stride.w, padding.left, dilation.w, inputs: input.w, outputs: output.w)
    )
  }
}

/// Which taps of which input positions arrive at each output position of one axis: `tap`, `tap + tapStep`, … from `input`,
/// `input − inputStep`, ….
struct Arrivals: Sendable {
  struct Arrival {
    var tap = 0
    var input = 0
    var count = 0
  }

  /// By output position.
  private(set) var list: [Arrival] = []
  private(set) var tapStep = 1
  private(set) var inputStep = 1
  /// Taps that land inside the output, and those that do not.
  let inside: Int
  let outside: Int

  init(_ kernel: Int, _ stride: Int, _ padding: Int, _ dilation: Int, inputs: Int, outputs: Int) {
    for y in 0..<outputs {
      var arrival = Arrival()
      for tap in 0..<kernel {
        let (input, rest) = (y + padding - tap * dilation).quotientAndRemainder(dividingBy: stride)
        guard rest == 0, input >= 0, input < inputs else { continue }
        if arrival.count == 0 { (arrival.tap, arrival.input) = (tap, input) }
        if arrival.count == 1 { (tapStep, inputStep) = (tap - arrival.tap, arrival.input - input) }
        arrival.count += 1
      }
      list.append(arrival)
    }
    inside = list.reduce(0) { $0 + $1.count }
    outside = inputs * kernel - inside
  }
}

/// Sums of a channel's outputs grow in the output, kernel by kernel: kernels of one output channel lie far apart.
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
  let (O, P) = (outputShape.c, outputShape.plane)
  let (KH, KW, CG, OG) = (op.kernel.h, op.kernel.w, C / op.groups, O / op.groups)
  let (rows, columns) = arrivals
  let (down, right) = (rows.tapStep * KW, columns.tapStep)
  let (up, left) = (rows.inputStep * W, columns.inputStep)
  for n in 0..<N {
    for o in channels {
      let sums = output + (n * O + o) * P
      for i in 0..<P { sums[i] = A(0) }
      for c in o / OG * CG..<(o / OG + 1) * CG {
        let kernel = weight + (c * OG + o % OG) * KH * KW
        let plane = input + (n * C + c) * H * W
        var out = sums
        for row in rows.list {
          for column in columns.list {
            var sum = out.pointee
            var w = kernel + (row.tap &* KW &+ column.tap)
            var x = plane + (row.input &* W &+ column.input)
            var i = 0
            while i < row.count {
              var j = 0
              while j < column.count {
                taps.visit(inside: 1, outside: 0)
                sum = sum + x[0 &- j &* left] * w[j &* right]
                j &+= 1
              }
              w += down
              x -= up
              i &+= 1
            }
            out.pointee = sum
            out += 1
          }
        }
      }
      if let bias { for i in 0..<P { sums[i] = sums[i] + A(bias[o]) } }
      let all = (rows.inside + rows.outside) * (columns.inside + columns.outside)
      taps.visit(inside: 0, outside: CG * (all - rows.inside * columns.inside))
    }
  }
}
