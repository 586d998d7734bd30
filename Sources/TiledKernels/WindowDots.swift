import Kernels
import MicroKernelAPI
import Operators

/// Any convolution as dot products: windows are copied into rows first. For maps of few pixels, or groups of few outputs, for
/// which neither pixels of a row nor output channels make vectors.
struct WindowDots: Prepared {
  private let task: ConvolutionTask
  private let weights: PackedWeights
  private let rows: TapAxis
  private let columns: TapAxis
  /// Tiles: images × groups × pixels whose windows lie side by side.
  private let images: Partition
  private let parts: Partition

  /// Floats of a tile's windows that stay in the nearest cache.
  private static let near = 4096

  /// Cycles of copying: a value, a row of a channel's taps, a window.
  private static let copying = (value: 0.9, row: 0.7, window: 60.0)
  /// Bytes of a group's weights that are read again for every few windows at full speed, and what more of them cost.
  private static let (nearWeights, farWeights) = (128 << 10, 1.4)
  /// Cycles of a tile.
  private static let call = 150

  static func cycles(_ reduced: ReducedConvolution, _ micro: MicroKernels) -> Double {
    let (conv, output, depth) = (reduced.conv, reduced.output, reduced.depth)
    let windows = output.n * output.plane * conv.groups
    let rows = reduced.input.c / conv.groups * conv.kernel.h
    let copied = Self.copying.value * Double(depth) + Self.copying.row * Double(rows) + Self.copying.window
    let pairs = output.n * output.plane * conv.outputChannels
    let passes = output.n * max(1, output.plane * depth / near)
    let share = 4 * reduced.outputsPerGroup * depth > nearWeights ? farWeights : 1
    let products = share * DotProducts.cycles(pairs: pairs, depth: depth, micro)
    return Cycles.region + Double(windows) * copied + products
      + Double(ceilDivide(windows * depth, near) * call) + Cycles.weights(reduced.weightCount, passes: passes)
  }

  /// - Parameter weights: in blocks of one output, each in lines of its own.
  init(_ task: ConvolutionTask, _ weights: PackedWeights) {
    (self.task, self.weights) = (task, weights)
    rows = TapAxis(task.input.h, task.output.h, task.conv, \.h)
    columns = TapAxis(task.input.w, task.output.w, task.conv, \.w)
    let (count, pixels, fitting) = (task.input.n, task.output.plane, max(1, Self.near / weights.pitch))
    parts = Partition(count: pixels, parts: ceilDivide(pixels, fitting))
    let runs = max(
      ceilDivide(count, max(1, fitting / pixels)), ceilDivide(desiredTiles, task.conv.groups * parts.parts))
    images = Partition(count: count, parts: min(count, runs))
  }

  var packed: [PackedMemory] { [weights.packed] }

  /// Floats of a worker's windows.
  private var windows: Int {
    ceilDivide(images.count, images.parts) * ceilDivide(parts.count, parts.parts) * weights.pitch
  }

  func workspace(threads: Int) -> Int { threads * windows }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let all = task.images(memory)
    let (copies, products) = (copies(all[0]), products(all[0]))
    let (groups, size) = (task.conv.groups, windows)
    return [
      Region("windows", tiles: images.parts * groups * parts.parts) { tile, worker in
        let (rest, part) = (tile / parts.parts, tile % parts.parts)
        let work = Work(images: images[rest / groups], group: rest % groups, pixels: parts[part])
        let windows = memory.workspace + worker * size
        copy(work, copies, into: windows)
        multiply(work, products, windows)
      }.computing("")
    ]
  }

  /// What a tile computes.
  private struct Work {
    let images: Range<Int>
    let group: Int
    let pixels: Range<Int>
  }

  /// What all tiles have in common, from the first image on.
  private func copies(_ image: ConvolutionTask.Image) -> WindowRows {
    var copies = WindowRows(
      input: image.input, rows: rows.windows(0..<task.output.h), columns: columns.windows(0..<task.output.w),
      output: image.output)
    copies.channels = task.channels
    copies.planeStride = task.input.plane
    copies.width = task.input.w
    copies.kernelHeight = rows.kernel
    copies.kernelWidth = columns.kernel
    copies.rowStride = weights.pitch
    return copies
  }

  private func products(_ image: ConvolutionTask.Image) -> DotTile {
    var tile = DotTile(
      input: image.input, weights: weights.values.pointer, bias: weights.bias.pointer, output: image.output)
    tile.weightStride = weights.pitch
    tile.outputs = task.outputsPerGroup
    tile.count = weights.pitch
    tile.outputStride = task.output.plane
    tile.epilogue.relu = task.relu
    tile.epilogue.residual = image.residual
    return tile
  }

  private func copy(_ work: Work, _ all: WindowRows, into windows: UnsafeMutablePointer<Float>) {
    var copies = all
    copies.first = work.pixels.lowerBound
    copies.count = work.pixels.count
    copies.output = windows
    for image in work.images {
      copies.input = all.input + (image * task.input.c + work.group * task.channels) * task.input.plane
      task.micro.run(&copies)
      copies.output += work.pixels.count * weights.pitch
    }
  }

  /// A pixel of all images at once, or all pixels of an image, whichever are more.
  private func multiply(_ work: Work, _ all: DotTile, _ windows: UnsafePointer<Float>) {
    let (pixels, images, pitch) = (work.pixels.count, work.images.count, weights.pitch)
    let image = task.output.c * task.output.plane
    let first = work.group * task.outputsPerGroup
    let at = work.images.lowerBound * image + first * task.output.plane + work.pixels.lowerBound
    let byPixel = images > pixels
    var tile = all
    tile.weights += first * pitch
    tile.bias += first
    tile.rows = byPixel ? images : pixels
    tile.rowStride = byPixel ? pixels * pitch : pitch
    tile.outputRowStride = byPixel ? image : 1
    for run in 0..<(byPixel ? pixels : images) {
      let place = at + run * (byPixel ? 1 : image)
      tile.input = windows + run * (byPixel ? 1 : pixels) * pitch
      tile.output = all.output + place
      tile.epilogue.residual = all.epilogue.residual.map { $0 + place }
      task.micro.run(&tile)
    }
    for run in 0..<images {
      task.activate(all.output + (at + run * image), channels: tile.outputs, count: pixels)
    }
  }
}
