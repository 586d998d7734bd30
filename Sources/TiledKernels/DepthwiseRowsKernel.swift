import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Depthwise convolution in one pass, vectorised over the pixels of a row: a band of a plane is padded into the nearest cache
/// and convolved there.
struct DepthwiseRowsKernel: Kernel {
  let name = "tiled/depthwise-rows"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let conv = op as? Conv2D, inputs[0].c == conv.groups,
      let reduced = try? ReducedConvolution(conv, inputs), reduced.conv.stride.h == reduced.conv.stride.w
    else {
      return .no("computes convolutions with as many groups as input channels and one stride only")
    }
    return .yes(Form(epilogues: Epilogue.of(conv), cycles: cycles(reduced, isa.microKernels)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared { try PreparedDepthwiseRows(task) }
}

extension DepthwiseRowsKernel {
  /// A product of vectors whose operands are near; of windows whose rows share nothing.
  private static let (product, lone) = (0.6, 1.0)
  /// Storing a vector, beginning a row of them, and a band: its canvas and two calls.
  private static let (vector, row, band) = (2.0, 6.0, 150.0)

  func cycles(_ reduced: ReducedConvolution, _ micro: MicroKernels) -> Double {
    let (conv, output) = (reduced.conv, reduced.output)
    let bands = DepthwiseBands(reduced, micro)
    let perVector =
      (DepthwiseBands.side(conv) > 0 ? Self.product : Self.lone) * Double(conv.kernel.h * conv.kernel.w)
      + Self.vector
    let rows = Double(output.h * bands.columns.parts)
    let plane =
      rows * Self.row + Double(output.h * ceilDivide(output.w, micro.lanes)) * perVector
      + Double(bands.count) * Self.band
    let drawing = Double(reduced.outputsPerGroup) * reduced.drawing(micro)
    return Cycles.region + Double(reduced.input.n) * (drawing + Double(conv.outputChannels) * plane)
  }
}

/// Bands of a plane whose padded rows stay in a core's nearest cache: rows of the image with zeros around them, columns split by
/// phase of the stride, the image's own columns at the beginning of a line of the cache.
private struct DepthwiseBands: Sendable {
  let rows: Partition
  let columns: Partition
  /// From a row to the next, and from a phase to the next, in floats.
  let pitch: Int
  let phase: Int
  /// Floats of a band.
  let floats: Int
  /// Offsets of the taps from a band's beginning.
  let taps: [Int]
  private let conv: Conv2D
  private let stride: Int
  private let image: (h: Int, w: Int)
  /// Rows from the first to the last tap of a window.
  private let reach: Int
  /// Floats before the image's own columns: whole lines, the padding in the last of them.
  private let lead: Int

  /// Floats of a band's padded rows.
  private static let near = 4096
  /// Pixels of a row at most.
  private static let widest = 512

  init(_ reduced: ReducedConvolution, _ micro: MicroKernels) {
    let (conv, output) = (reduced.conv, reduced.output)
    (self.conv, stride, image) = (conv, conv.stride.h, (reduced.input.h, reduced.input.w))
    columns = Partition(count: output.w, parts: ceilDivide(output.w, Self.widest))
    let widest = ceilDivide(output.w, columns.parts)
    reach = (conv.kernel.h - 1) * conv.dilation.h + 1
    let window = ((conv.kernel.w - 1) * conv.dilation.w + 1) / stride + 1
    let first = (0..<stride).map { [conv] in Self.inside(conv, phase: $0) }
    lead = max(1, ceilDivide(first[0], 16)) * 16
    // A row's last vectors and their taps may reach beyond it.
    let place = lead + ceilDivide(widest + window + 2 * micro.lanes, 16) * 16
    pitch = stride * place
    let pitch = self.pitch
    phase = stride > 1 ? place + first[0] - first[1] : 0
    let start = lead - first[0]
    taps = (0..<conv.kernel.h).flatMap { i in
      (0..<conv.kernel.w).map { j in
        let (column, p) = (j * conv.dilation.w / conv.stride.w, j * conv.dilation.w % conv.stride.w)
        return start + i * conv.dilation.h * pitch + p * place + first[0] - first[p] + column
      }
    }
    let height = max(4, (Self.near / pitch - reach) / stride)
    rows = Partition(count: output.h, parts: ceilDivide(output.h, height))
    floats = ((ceilDivide(output.h, rows.parts) - 1) * stride + reach) * pitch + 4 * micro.lanes
  }

  /// Places of a phase before the image's first column.
  private static func inside(_ conv: Conv2D, phase: Int) -> Int {
    max(0, ceilDivide(conv.padding.left - phase, conv.stride.w))
  }

  var count: Int { rows.parts * columns.parts }

  subscript(index: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    (rows[index / columns.parts], columns[index % columns.parts])
  }

  /// Taps of a side of a square window whose rows of outputs share what they read; 0 for others.
  static func side(_ conv: Conv2D) -> Int {
    conv.kernel.h == conv.kernel.w && conv.dilation == Pair(1) ? conv.kernel.h : 0
  }

  /// Copies what a band of outputs reads of a plane.
  func draw(
    _ source: UnsafePointer<Float>, _ band: (rows: Range<Int>, columns: Range<Int>),
    into target: UnsafeMutablePointer<Float>, _ micro: MicroKernels
  ) {
    let top = band.rows.lowerBound * stride - conv.padding.top
    let height = (band.rows.count - 1) * stride + reach
    let inside = (min(max(0, -top), height)..<height).clamped(to: 0..<max(0, min(height, image.h - top)))
    target.update(repeating: 0, count: inside.lowerBound * pitch)
    (target + inside.upperBound * pitch).update(repeating: 0, count: (height - inside.upperBound) * pitch)
    let left = band.columns.lowerBound * stride - conv.padding.left
    let width = pitch / stride - lead
    for p in 0..<stride {
      // Places whose column left + p + place · stride lies inside the image.
      let first = min(width, max(0, ceilDivide(-left - p, stride)))
      let last = min(width, max(first, ceilDivide(image.w - left - p, stride)))
      var work = PadRows(
        input: source + ((top + inside.lowerBound) * image.w + left + p + first * stride),
        output: target
          + (inside.lowerBound * pitch + p * (pitch / stride) + lead - Self.inside(conv, phase: p)))
      work.step = stride
      work.inputStride = image.w
      work.outputStride = pitch
      work.rows = inside.count
      work.width = max(last, min(width, band.columns.count + (reachWidth - 1) / stride + 1))
      work.before = first
      work.count = last - first
      micro.run(&work)
    }
  }

  /// Columns from the first to the last tap of a window.
  private var reachWidth: Int { (conv.kernel.w - 1) * conv.dilation.w + 1 }
}

private struct PreparedDepthwiseRows: Prepared {
  private let task: ConvolutionTask
  private let bands: DepthwiseBands
  private let weights: PackedWeights
  private let taps: Constants<Int>
  /// Pixels of a plane of the input and of the output, and of a row of the output.
  private let plane: (input: Int, output: Int, width: Int)
  private let multiplier: Int

  init(_ task: KernelTask) throws {
    self.task = try ConvolutionTask(task)
    bands = DepthwiseBands(self.task.reduced, self.task.micro)
    weights = try self.task.packed(task, block: 1)
    // Square windows add the offsets of their own taps to that of the first.
    taps = Constants(bands.taps.map { [bands] in $0 - bands.taps[0] })
    plane = (self.task.input.plane, self.task.output.plane, self.task.output.w)
    multiplier = self.task.outputsPerGroup
  }

  var weightMemory: [UnsafeRawBufferPointer] { weights.memory }

  func workspace(threads: Int) -> Int {
    WorkerScratch.count(task.micro, threads: threads) + threads * bands.floats
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let scratch = WorkerScratch(memory.workspace, task.micro, threads: threads)
    let (images, planes) = (task.images(memory), task.conv.outputChannels)
    return [
      Region("convolve", rangesOf: images.count * planes * bands.count) { tiles, worker in
        let (drawn, scratch) = (scratch.rest + worker * bands.floats, scratch[worker])
        var work = DepthwiseRows(
          input: drawn + bands.taps[0], taps: taps.pointer, weights: weights.weights(0, 0),
          output: memory.outputs[0], scratch: scratch)
        describe(&work)
        for tile in tiles {
          let (plane, band) = (tile / bands.count, bands[tile % bands.count])
          convolve(&work, images[plane / planes], plane % planes, band, drawn)
        }
      }.computing("")
    ]
  }

  /// What all tiles have in common.
  private func describe(_ work: inout DepthwiseRows) {
    work.pitch = bands.pitch
    work.phase = bands.phase
    work.stride = task.conv.stride.h
    work.side = DepthwiseBands.side(task.conv)
    work.tapCount = taps.count
    work.outputPitch = plane.width
    work.epilogue.relu = task.relu
  }

  private func convolve(
    _ work: inout DepthwiseRows, _ image: ConvolutionTask.Image, _ channel: Int,
    _ band: (rows: Range<Int>, columns: Range<Int>), _ drawn: UnsafeMutablePointer<Float>
  ) {
    bands.draw(image.input + channel / multiplier * plane.input, band, into: drawn, task.micro)
    let at = channel * plane.output + band.rows.lowerBound * plane.width + band.columns.lowerBound
    let (group, place) = (channel / multiplier, channel % multiplier)
    work.weights = weights.weights(group, place)
    work.bias = weights.bias(group, place).pointee
    work.output = image.output + at
    work.rows = band.rows.count
    work.width = band.columns.count
    work.epilogue.residual = image.residual.map { $0 + at }
    task.micro.run(&work)
    if task.relu || task.activation == .none { return }
    for y in 0..<band.rows.count {
      task.activate(image.output + (at + y * plane.width), channels: 1, count: band.columns.count)
    }
  }
}
