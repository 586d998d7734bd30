import Kernels
import MicroKernelAPI
import Operators

/// Any convolution as dot products: windows are copied into rows first. For maps of few pixels, or groups of few outputs, for
/// which neither pixels of a row nor output channels make vectors.
struct WindowDots: Prepared {
  private let task: ConvolutionTask
  private let weights: DotWeights
  private let rows: TapAxis
  private let columns: TapAxis
  /// Pixels whose windows lie side by side.
  private let parts: Partition

  /// Floats of a tile's windows that stay in the nearest cache.
  private static let near = 4096

  static func cycles(_ reduced: ReducedConvolution, _ micro: MicroKernels) -> Double {
    let (conv, windows) = (reduced.conv, reduced.input.n * reduced.output.plane * reduced.conv.groups)
    let (channels, taps) = (reduced.input.c / conv.groups, conv.kernel.h * conv.kernel.w)
    let copied = Double(taps) * (1.4 * Double(channels) + 6) + 30
    let pairs = reduced.input.n * reduced.output.plane * conv.outputChannels
    return Double(windows) * copied + DotProducts.cycles(pairs: pairs, depth: channels * taps, micro)
      + Double(ceilDivide(windows * channels * taps, near)) * 60
  }

  init(_ task: ConvolutionTask, _ packed: PackedWeights) {
    self.task = task
    weights = DotWeights(packed)
    rows = TapAxis(task.input.h, task.output.h, task.conv, \.h)
    columns = TapAxis(task.input.w, task.output.w, task.conv, \.w)
    let pixels = task.output.plane
    parts = Partition(count: pixels, parts: ceilDivide(pixels, max(1, Self.near / weights.pitch)))
  }

  var weightMemory: [UnsafeRawBufferPointer] { weights.memory }

  /// Floats of a worker's windows.
  private var windows: Int { ceilDivide(parts.count, parts.parts) * weights.pitch }

  func workspace(threads: Int) -> Int { threads * windows }

  func bind(_ memory: Arguments, threads: Int) -> [Region] {
    let (images, groups) = (task.images(memory), task.conv.groups)
    return [
      Region("windows", tiles: images.count * groups * parts.parts) { tile, worker in
        let (rest, part) = (tile / parts.parts, tile % parts.parts)
        run(images[rest / groups], rest % groups, parts[part], memory.workspace + worker * windows)
      }.computing("")
    ]
  }

  private func run(
    _ image: ConvolutionTask.Image, _ group: Int, _ pixels: Range<Int>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let planes = image.input + group * task.channels * task.input.plane
    var windows = WindowRows(
      input: planes, rows: rows.windows(0..<task.output.h), columns: columns.windows(0..<task.output.w),
      output: scratch)
    windows.channels = task.channels
    windows.planeStride = task.input.plane
    windows.width = task.input.w
    windows.kernelHeight = rows.kernel
    windows.kernelWidth = columns.kernel
    windows.first = pixels.lowerBound
    windows.count = pixels.count
    windows.rowStride = weights.pitch
    task.micro.windowRows(&windows)
    let first = group * task.outputsPerGroup
    let at = first * task.output.plane + pixels.lowerBound
    var tile = DotTile(
      input: scratch, weights: weights.values.pointer + first * weights.pitch,
      bias: weights.bias.pointer + first, output: image.output + at)
    tile.rowStride = weights.pitch
    tile.rows = pixels.count
    tile.weightStride = weights.pitch
    tile.outputs = task.outputsPerGroup
    tile.count = weights.pitch
    tile.outputRowStride = 1
    tile.outputStride = task.output.plane
    tile.epilogue.relu = task.relu
    tile.epilogue.residual = image.residual.map { $0 + at }
    task.micro.dotTile(&tile)
    task.activate(tile.output, channels: tile.outputs, count: pixels.count)
  }
}
