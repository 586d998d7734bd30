import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Depthwise convolution of planes with short rows, vectorised over planes.
struct DepthwisePlanes: Kernel {
  let name = "tiled/depthwise"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let conv = op as? Conv2D, inputs[0].c == conv.groups,
      let reduced = try? ReducedConvolution(conv, inputs)
    else { return .no("computes convolutions with as many groups as input channels only") }
    return .yes(Form(epilogues: Epilogue.of(conv), cycles: cycles(reduced, isa.microKernels)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared { try PreparedDepthwise(task) }
}

extension DepthwisePlanes {
  func cycles(_ reduced: ReducedConvolution, _ micro: MicroKernels) -> Double {
    let (input, output) = (reduced.input, reduced.output)
    if reduced.isScaling { return Cycles.region + Self.scaling(input) }
    let (lanes, multiplier) = (micro.lanes, reduced.outputsPerGroup)
    let bands = Self.bands(reduced, micro)
    let turned = Double(Self.rowsRead(reduced, bands: bands) * input.w + multiplier * output.plane)
    let plane =
      Self.sums(taps: Double(reduced.tapsInside), pixels: Double(output.plane))
      + Self.row * Double(output.h) + Self.call * Double(bands)
    let vector =
      (Self.turning.value * Double(lanes) + Self.turning.vector) * turned + Double(multiplier) * plane
    return Cycles.region + Double(input.n * ceilDivide(input.c, lanes)) * vector
  }

  /// Floats of a band's transposed rows.
  private static let near = 4096

  /// Parts of the rows.
  fileprivate static func bands(_ reduced: ReducedConvolution, _ micro: MicroKernels) -> Int {
    let (input, lanes) = (reduced.input, micro.lanes)
    let tiles = ceilDivide(desiredTiles, ceilDivide(input.c, lanes) * input.n)
    let most = max(1, min(tiles, input.plane / 64), ceilDivide(input.plane * lanes, near))
    return min(reduced.output.h, most)
  }

  /// Rows that bands turn; neighbours turn those between them twice.
  private static func rowsRead(_ reduced: ReducedConvolution, bands: Int) -> Int {
    let (conv, input, output) = (reduced.conv, reduced.input, reduced.output)
    if bands == 1 { return input.h }
    let reach = (ceilDivide(output.h, bands) - 1) * conv.stride.h + (conv.kernel.h - 1) * conv.dilation.h + 1
    return bands * min(reach, input.h)
  }

  /// Sums of a plane's pixels. With many taps a core does not look ahead far enough to begin the next pixel's, and waits.
  private static func sums(taps: Double, pixels: Double) -> Double {
    max(tap * taps + pixel * pixels, latency * taps - lookahead * pixels)
  }

  /// Turning a value, in squares of four, and the ends of a pixel's vector.
  private static let turning = (value: 0.27, vector: 0.5)
  /// A tap's product for a vector of planes: two loads.
  private static let tap = 2.0
  /// The taps of a pixel that lie inside, and their sum's store.
  private static let pixel = 6.0
  /// A product's wait for the one before it.
  private static let latency = 4.0
  /// Of these cycles, those that a pixel spends on the next ones.
  private static let lookahead = 25.0
  private static let row = 22.0
  private static let call = 90.0

  /// Scaling a value, and beginning a plane; planes of one pixel are neighbours.
  private static let scaled = (value: 0.2, plane: 6.0)

  private static func scaling(_ shape: Shape) -> Double {
    scaled.value * Double(shape.count) + (shape.plane == 1 ? 0 : scaled.plane * Double(shape.n * shape.c))
  }
}

private struct PreparedDepthwise: Prepared {
  let task: ConvolutionTask
  /// A group of weights and bias for each vector of channels and each of their outputs.
  let weights: Constants<Float>
  let bias: Constants<Float>
  let packed: [PackedMemory]
  let rows: TapAxis
  let columns: TapAxis
  let bands: Partition
  let scratch: Int
  /// Vectors of channels.
  let vectors: Int

  init(_ task: KernelTask) throws {
    let convolution = try ConvolutionTask(task)
    self.task = convolution
    let (conv, input, output) = (convolution.conv, convolution.input, convolution.output)
    let (lanes, multiplier) = (convolution.micro.lanes, convolution.outputsPerGroup)
    let taps = conv.kernel.h * conv.kernel.w
    let single = try convolution.packed(task, block: 1)
    vectors = ceilDivide(input.c, lanes)
    let weights = Constants(zeros: vectors * multiplier * taps * lanes)
    let bias = Constants(zeros: vectors * multiplier * lanes)
    (self.weights, self.bias) = (weights, bias)
    let turning = Packing([weights.memory, bias.memory], tiles: vectors) { [input] vector in
      for output in 0..<multiplier {
        let at = (vector * multiplier + output) * lanes
        for lane in 0..<lanes {
          let channel = min(vector * lanes + lane, input.c - 1)
          let filter = single.weights(channel, output)
          for tap in 0..<taps { weights.target[at * taps + tap * lanes + lane] = filter[tap] }
          bias.target[at + lane] = single.bias(channel, output)[0]
        }
      }
    }
    packed = [PackedMemory([], packing: single.packed.packing), turning.packed]
    rows = TapAxis(input.h, output.h, conv, \.h)
    columns = TapAxis(input.w, output.w, conv, \.w)
    let most = DepthwisePlanes.bands(convolution.reduced, convolution.micro)
    bands = Partition(count: output.h, parts: most)
    scratch = (0..<most).reduce(0) { [rows, bands] largest, part in
      let pixels = rows.reach(bands[part]).count * input.w + bands[part].count * output.w
      return max(largest, pixels * lanes)
    }
  }

  func workspace(threads: Int) -> Int { threads * scratch }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let images = task.images(memory)
    if isScaling, images[0].residual == nil {
      return [scale(memory)] + task.activation(memory, images: 0..<images.count)
    }
    let perImage = vectors * bands.parts
    let groups = Region("groups", tiles: images.count * perImage) { tile, worker in
      let part = tile % perImage
      run(
        images[tile / perImage], part / bands.parts, bands[part % bands.parts],
        memory.workspace + worker * scratch)
    }.computing("")
    return [groups] + task.activation(memory, images: 0..<images.count)
  }

  /// Whether each pixel has one product: a kernel of 3×3 on maps of one pixel, say.
  private var isScaling: Bool {
    task.reduced.isScaling && !task.relu
  }

  /// Weights and bias of one tap lie in the order of the channels.
  private func scale(_ memory: CallMemory) -> Region {
    let shape = task.input
    return Region("scale", rangesOf: shape.n * shape.c) { planes, _ in
      for run in planes.perImage(shape.c) {
        let (first, channel) = (run.lowerBound * shape.plane, run.lowerBound % shape.c)
        var work = AffinePlanes(
          input: memory.inputs[0] + first, output: memory.outputs[0] + first,
          scales: weights.pointer + channel, shifts: bias.pointer + channel)
        work.planes = run.count
        work.count = shape.plane
        task.micro.run(&work)
      }
    }.computing("")
  }

  private func run(
    _ image: ConvolutionTask.Image, _ vector: Int, _ band: Range<Int>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let (input, output, lanes) = (task.input, task.output, task.micro.lanes)
    let (multiplier, first, reach) = (task.outputsPerGroup, vector * lanes, rows.reach(band))
    for o in 0..<multiplier {
      let at = (first * multiplier + o) * output.plane + band.lowerBound * output.w
      let packed = vector * multiplier + o
      var work = ConvPlanes(
        input: image.input + (first * input.plane + reach.lowerBound * input.w), output: image.output + at,
        rows: rows.windows(band), columns: columns.windows(0..<output.w),
        weights: weights.pointer + packed * rows.kernel * columns.kernel * lanes,
        bias: bias.pointer + packed * lanes, scratch: scratch)
      work.planes = min(lanes, input.c - first)
      work.planeStride = input.plane
      work.width = input.w
      work.inputRows = reach.count
      work.firstRow = reach.lowerBound
      work.kernelWidth = columns.kernel
      work.outputPlaneStride = multiplier * output.plane
      work.epilogue.relu = task.relu
      work.epilogue.residual = image.residual.map { $0 + at }
      task.micro.run(&work)
    }
  }
}

/// The windows of a convolution along one axis, cut off at the image.
struct TapAxis: Sendable {
  let kernel: Int
  private let step: Int
  private let firsts: Constants<Int>
  private let counts: Constants<Int>
  private let taps: Constants<Int>

  init(_ size: Int, _ outputs: Int, _ conv: Conv2D, _ axis: KeyPath<Pair, Int>) {
    let (kernel, step) = (conv.kernel[keyPath: axis], conv.dilation[keyPath: axis])
    let windows = (0..<outputs).map { i -> (first: Int, count: Int, tap: Int) in
      let start = i * conv.stride[keyPath: axis] - conv.padding.before[keyPath: axis]
      let tap = start < 0 ? min(kernel, ceilDivide(-start, step)) : 0
      let end = start < size ? min(kernel, (size - 1 - start) / step + 1) : tap
      return end > tap ? (start + tap * step, end - tap, tap) : (0, 0, 0)
    }
    self.kernel = kernel
    self.step = step
    firsts = Constants(windows.map(\.first))
    counts = Constants(windows.map(\.count))
    taps = Constants(windows.map(\.tap))
  }

  /// Elements from the first to the last that some windows need. No memory is taken: tiles ask for it.
  func reach(_ windows: Range<Int>) -> Range<Int> {
    var (first, end) = (Int.max, 0)
    for i in windows where counts.pointer[i] > 0 {
      first = min(first, firsts.pointer[i])
      end = max(end, firsts.pointer[i] + (counts.pointer[i] - 1) * step + 1)
    }
    return end == 0 ? 0..<0 : first..<end
  }

  func windows(_ range: Range<Int>) -> TapWindows {
    TapWindows(
      firsts: firsts.pointer + range.lowerBound, counts: counts.pointer + range.lowerBound,
      taps: taps.pointer + range.lowerBound, step: step, count: range.count)
  }
}
