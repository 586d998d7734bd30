import Kernels
import Operators
import Tensors

/// A transposed convolution as ordinary ones of stride 1, one for each pair of rests by the strides, on one padded input.
struct TransposedPhases: Sendable {
  struct Phase: Sendable {
    /// Nil where no tap arrives.
    let conv: Conv2D?
    let rows: PhaseAxis.Phase
    let columns: PhaseAxis.Phase
    let outputChannels: Int

    /// Floats of its result for an image, `[O][rows.extent][columns.extent]`.
    var count: Int { conv == nil ? 0 : outputChannels * rows.extent * columns.extent }
  }

  let rows: PhaseAxis
  let columns: PhaseAxis
  /// Of the images that are computed together.
  let padded: Shape
  /// Whether the padded input is the input.
  let isInput: Bool
  /// Row by row.
  let all: [Phase]
  /// Where each phase's result begins among all of them.
  let offsets: [Int]

  /// - Throws: if the operator does not take that input.
  init(_ op: ConvTranspose2D, _ input: Shape) throws(OperatorError) {
    let output = try op.output([input])
    func axis(_ side: KeyPath<Pair, Int>, _ inputs: Int, _ outputs: Int) -> PhaseAxis {
      PhaseAxis(
        op.kernel[keyPath: side], stride: op.stride[keyPath: side], padding: op.padding[keyPath: side],
        dilation: op.dilation[keyPath: side], inputs: inputs, outputs: outputs)
    }
    let (rows, columns) = (axis(\.h, input.h, output.h), axis(\.w, input.w, output.w))
    (self.rows, self.columns) = (rows, columns)
    let images = Self.together(input, output)
    padded = Shape(images, input.c, rows.padded, columns.padded)
    isInput = rows.isInput && columns.isInput
    all = rows.phases.flatMap { row in
      columns.phases.map { column in
        Phase(
          conv: Phase.conv(op, row, column), rows: row, columns: column, outputChannels: op.outputChannels)
      }
    }
    offsets = all.reduce(into: [0]) { $0.append($0[$0.count - 1] + images * $1.count) }
  }

  /// Floats of images that are computed together: what they take and give stays near.
  private static let near = 32 << 10

  /// As many small images as divide the batch: each image by itself would cost a region per phase.
  private static func together(_ input: Shape, _ output: Shape) -> Int {
    let most = max(1, near / (input.c * input.plane + output.c * output.plane))
    return (1...min(input.n, most)).last { input.n % $0 == 0 } ?? 1
  }

  /// Floats of all results.
  var count: Int { offsets[all.count] }

  /// Where the result of a phase lies among all of them.
  struct Place: BitwiseCopyable {
    let isComputed: Bool
    /// Of the value at q = 0 of both axes in the first channel of the first image.
    let origin: Int
    let pitch: Int
    let plane: Int
  }

  var places: [Place] {
    zip(all, offsets).map { phase, offset in
      let pitch = phase.columns.extent
      return Place(
        isComputed: phase.conv != nil, origin: offset + phase.rows.shift * pitch + phase.columns.shift,
        pitch: pitch, plane: phase.rows.extent * pitch)
    }
  }
}

extension TransposedPhases.Phase {
  fileprivate static func conv(_ op: ConvTranspose2D, _ rows: PhaseAxis.Phase, _ columns: PhaseAxis.Phase)
    -> Conv2D?
  {
    guard !rows.taps.isEmpty, !columns.taps.isEmpty else { return nil }
    return Conv2D(
      out: op.outputChannels, kernel: Pair(rows.taps.count, columns.taps.count),
      dilation: Pair(rows.dilation, columns.dilation), groups: op.groups, bias: op.bias)
  }

  /// The phase's weights, O×C/G×taps×taps, and the bias.
  /// - Parameter arrays: of the transposed convolution, C×O/G×KH×KW.
  func weights(_ op: ConvTranspose2D, _ arrays: Weights<Float>, channels: Int) throws -> Weights<Float> {
    let (perGroup, inGroup) = (op.outputChannels / op.groups, channels / op.groups)
    let shape = Shape(op.outputChannels, inGroup, rows.taps.count, columns.taps.count)
    let (weight, source) = (try Tensor<Float>(shape), arrays["weight"].pointer)
    var target = weight.pointer
    for o in 0..<op.outputChannels {
      for c in 0..<inGroup {
        let kernel = ((o / perGroup * inGroup + c) * perGroup + o % perGroup) * op.kernel.h * op.kernel.w
        for i in rows.taps {
          for j in columns.taps {
            target.pointee = source[kernel + i * op.kernel.w + j]
            target += 1
          }
        }
      }
    }
    return Weights(op.bias ? ["weight": weight, "bias": arrays["bias"]] : ["weight": weight])
  }
}

/// The phases of one axis.
///
/// With Y = y + p = q·s + a, tap i arrives at output y from input row q + (a − i·d)/s if s divides a − i·d. Such i are s/gcd(s, d)
/// apart and their rows d/gcd(s, d); the last of them reads the first row.
struct PhaseAxis: Sendable {
  struct Phase: Sendable {
    /// From the last to the first, as they meet rising rows.
    var taps: [Int] = []
    var dilation = 1
    /// Input row of the first of them at q = 0.
    var first = 0
    /// The q of the phase's outputs.
    var positions = 0..<0
    /// Extent of the convolution's output.
    var extent = 0
    /// Where in it the output of q = 0 would lie.
    var shift = 0
  }

  let stride: Int
  let padding: Int
  /// By the rest a.
  private(set) var phases: [Phase]
  /// Zeros before the input, and extent with zeros on both sides.
  let before: Int
  let padded: Int
  let isInput: Bool

  init(_ kernel: Int, stride: Int, padding: Int, dilation: Int, inputs: Int, outputs: Int) {
    self.stride = stride
    self.padding = padding
    phases = (0..<stride).map { rest in
      var phase = Phase()
      // ⌈(p − a)/s⌉ up to ⌊(p + outputs − 1 − a)/s⌋.
      let end = (padding + outputs - 1 - rest + stride) / stride
      phase.positions = min((padding - rest + stride - 1) / stride, end)..<end
      guard !phase.positions.isEmpty else { return phase }
      phase.taps = (0..<kernel).reversed().filter { (rest - $0 * dilation) % stride == 0 }
      guard let last = phase.taps.first else { return phase }
      phase.first = (rest - last * dilation) / stride
      if phase.taps.count > 1 { phase.dilation = (last - phase.taps[1]) * dilation / stride }
      return phase
    }
    let reading = phases.filter { !$0.taps.isEmpty }
    let before = reading.map { max(0, -($0.positions.lowerBound + $0.first)) }.max() ?? 0
    let padded = reading.map { $0.positions.upperBound + $0.first + $0.reach + before }.max() ?? 1
    (self.before, self.padded, isInput) = (before, padded, before == 0 && padded == inputs)
    for index in phases.indices where !phases[index].taps.isEmpty {
      phases[index].extent = padded - phases[index].reach
      phases[index].shift = phases[index].first + before
    }
  }
}

extension PhaseAxis.Phase {
  /// Rows between the first and the last tap.
  fileprivate var reach: Int { (taps.count - 1) * dilation }
}
