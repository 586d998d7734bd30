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

    /// Floats of an image's result, `[O][rows.extent][columns.extent]`.
    var count: Int { conv == nil ? 0 : outputChannels * rows.extent * columns.extent }
  }

  /// Planes of one column are taken as planes of one row: the same memory, in which pixels have neighbours.
  private let op: ConvTranspose2D
  private let isMirrored: Bool
  let input: Shape
  let output: Shape
  let rows: PhaseAxis
  let columns: PhaseAxis
  /// Images that are computed together: all of them, or a part that divides them, while their results are near.
  let together: Int
  /// together×C×h×w.
  let padded: Shape
  /// Whether the padded input is the input.
  let isInput: Bool
  /// Row by row.
  let all: [Phase]
  /// Where each phase's result begins among all of them.
  let offsets: [Int]

  /// Floats of padded inputs and results of images that are computed together.
  private static let near = 1 << 15

  /// - Throws: if the operator does not take that input.
  init(_ original: ConvTranspose2D, _ type: TensorType) throws(OperatorError) {
    let (input, output) = (type.shape, try original.output([type]).shape)
    isMirrored = input.w == 1 && output.w == 1 && (input.h > 1 || output.h > 1)
    let op = isMirrored ? original.mirrored : original
    self.op = op
    self.input = isMirrored ? Shape(input.n, input.c, 1, input.h) : input
    self.output = isMirrored ? Shape(output.n, output.c, 1, output.h) : output
    let (rows, columns) = (
      PhaseAxis(op, \.h, inputs: self.input.h, outputs: self.output.h),
      PhaseAxis(op, \.w, inputs: self.input.w, outputs: self.output.w)
    )
    (self.rows, self.columns) = (rows, columns)
    isInput = rows.isInput && columns.isInput
    all = rows.phases.flatMap { row in
      columns.phases.map { column in
        Phase(
          conv: Phase.conv(op, row, column), rows: row, columns: column, outputChannels: op.outputChannels)
      }
    }
    let count = input.c * rows.padded * columns.padded + all.reduce(0) { $0 + $1.count }
    let most = min(input.n, max(1, Self.near / count))
    let together = (1...most).last { input.n % $0 == 0 } ?? 1
    self.together = together
    padded = Shape(together, input.c, rows.padded, columns.padded)
    offsets = all.reduce(into: [0]) { $0.append($0[$0.count - 1] + together * $1.count) }
  }

  /// The phase whose result is the output as it is, if there is one.
  var only: Int? {
    all.firstIndex { phase in
      phase.conv != nil && phase.rows.isOutput(of: output.h) && phase.columns.isOutput(of: output.w)
    }
  }

  /// The weights of a phase, O×C/G×taps×taps, and the bias, and what makes them.
  /// - Parameter arrays: of the transposed convolution, C×O/G×KH×KW.
  func weights(_ phase: Phase, _ arrays: Weights<Float>) throws -> (Weights<Float>, Packing) {
    let (perGroup, inGroup) = (op.outputChannels / op.groups, input.c / op.groups)
    let shape = Shape(op.outputChannels, inGroup, phase.rows.taps.count, phase.columns.taps.count)
    let (weight, source) = (try Tensor<Float>(shape), try arrays["weight"])
    let (below, beside) = isMirrored ? (1, op.kernel.h) : (op.kernel.w, 1)
    let kernel = op.kernel.h * op.kernel.w
    let offsets = Constants(
      phase.rows.taps.flatMap { i in phase.columns.taps.map { j in i * below + j * beside } })
    // Outputs whose filters of a channel lie side by side.
    let run = Partition(count: perGroup, parts: ceilDivide(perGroup, 16))
    let packing = Packing(tiles: op.groups * run.parts) { tile in
      let (group, outputs) = (tile / run.parts, run[tile % run.parts])
      for c in 0..<inGroup {
        for o in outputs {
          let filter = source.pointer + ((group * inGroup + c) * perGroup + o) * kernel
          let target = weight.pointer + ((group * perGroup + o) * inGroup + c) * offsets.count
          // A loop of known length is no loop.
          if offsets.count == 9 {
            for tap in 0..<9 { target[tap] = filter[offsets.pointer[tap]] }
          } else {
            for tap in 0..<offsets.count { target[tap] = filter[offsets.pointer[tap]] }
          }
        }
      }
    }
    return (Weights(op.bias ? ["weight": weight, "bias": try arrays["bias"]] : ["weight": weight]), packing)
  }

  /// Floats of all results.
  var count: Int { offsets[all.count] }

  /// Where the result of a phase lies among all of them.
  struct Place: BitwiseCopyable {
    let isComputed: Bool
    /// Of the value at q = 0 of both axes in the first channel.
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
}

extension ConvTranspose2D {
  /// Rows and columns exchanged; its weights are not.
  fileprivate var mirrored: ConvTranspose2D {
    var op = self
    for pair in [\Self.kernel, \.stride, \.padding.before, \.outputPadding, \.dilation] {
      op[keyPath: pair] = Pair(self[keyPath: pair].w, self[keyPath: pair].h)
    }
    return op
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

  init(_ op: ConvTranspose2D, _ side: KeyPath<Pair, Int>, inputs: Int, outputs: Int) {
    let (kernel, dilation) = (op.kernel[keyPath: side], op.dilation[keyPath: side])
    let (stride, padding) = (op.stride[keyPath: side], op.padding.before[keyPath: side])
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

  /// Whether each place of its result is an output, and there are no others.
  fileprivate func isOutput(of outputs: Int) -> Bool {
    extent == outputs && positions.count == outputs && positions.lowerBound + shift == 0
  }
}
