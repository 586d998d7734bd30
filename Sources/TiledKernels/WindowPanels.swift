import Kernels
import MicroKernelAPI
import Operators

/// Any convolution as a product of matrices: what its taps read is copied side by side first, pixel by pixel, and 1×1 tiles
/// do the rest. For rows too short to make vectors of, in maps that are not.
struct WindowPanels: Prepared {
  private let task: ConvolutionTask
  private let weights: PackedWeights
  /// Of the pixels that each tap reads, from the plane; negative outside.
  private let offsets: Constants<Int32>
  private let taps: Int
  private let parts: Partition

  /// Floats of a tile's panel that stay in the nearest cache, or almost.
  private static let near = 8192
  private static let mostOffsets = 1 << 16

  /// Cycles of copying a value from the place that a table names, and of a row of them.
  private static let copying = (value: 1.6, row: 3.0)
  /// Cycles of a group's panels.
  private static let call = 170.0

  /// Nil where the copies or the table of offsets would be large.
  static func cycles(_ reduced: ReducedConvolution, _ micro: MicroKernels) -> Double? {
    let (output, depth) = (reduced.output, reduced.depth)
    let taps = reduced.conv.kernel.h * reduced.conv.kernel.w
    guard taps * output.plane <= mostOffsets, depth * 2 * micro.lanes <= near else { return nil }
    let tiles = Cycles.points(
      output.plane, depth: depth, outputs: reduced.outputsPerGroup, .near, micro)
    let copied = Double(depth) * (copying.value * Double(output.plane) + copying.row)
    let passes = reduced.input.n * ceilDivide(output.plane, pixels(depth: depth, micro))
    return Cycles.region + Double(reduced.input.n * reduced.conv.groups) * (copied + tiles + call)
      + Cycles.scalarWeights(reduced.weightCount, passes: passes, micro)
  }

  init(_ task: KernelTask) throws {
    let convolution = try ConvolutionTask(task)
    let (conv, input, output) = (convolution.conv, convolution.input, convolution.output)
    let (perGroup, micro) = (convolution.outputsPerGroup, convolution.micro)
    self.task = convolution
    let block = ceilDivide(perGroup, ceilDivide(perGroup, micro.pointBlock))
    weights = try convolution.packed(task, block: block, copies: micro.weightCopies)
    taps = conv.kernel.h * conv.kernel.w
    offsets = Constants(
      (0..<taps).flatMap { tap in
        (0..<output.plane).map { pixel in
          Self.offset(conv, input.h, input.w, tap, pixel / output.w, pixel % output.w)
        }
      })
    let depth = convolution.channels * taps
    let pixels = Self.pixels(depth: depth, micro)
    parts = Partition(count: output.plane, parts: ceilDivide(output.plane, pixels))
  }

  /// Most pixels of a panel.
  private static func pixels(depth: Int, _ micro: MicroKernels) -> Int {
    max(2, near / depth / micro.lanes) * micro.lanes
  }

  private static func offset(_ conv: Conv2D, _ h: Int, _ w: Int, _ tap: Int, _ y: Int, _ x: Int) -> Int32 {
    let row = y * conv.stride.h - conv.padding.top + tap / conv.kernel.w * conv.dilation.h
    let column = x * conv.stride.w - conv.padding.left + tap % conv.kernel.w * conv.dilation.w
    let isInside = (0..<h).contains(row) && (0..<w).contains(column)
    return isInside ? Int32(row * w + column) : -1
  }

  /// Floats of a row of a panel.
  private var pitch: Int {
    ceilDivide(ceilDivide(parts.count, parts.parts), task.micro.lanes) * task.micro.lanes
  }

  private var panel: Int { task.channels * taps * pitch }

  var packed: [PackedMemory] { [weights.packed] }

  func workspace(threads: Int) -> Int {
    WorkerScratch.count(task.micro, threads: threads) + threads * panel
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let scratch = WorkerScratch(memory.workspace, task.micro, threads: threads)
    let (images, groups) = (task.images(memory), task.conv.groups)
    return [
      Region("windows", tiles: images.count * groups * parts.parts) { tile, worker in
        let (rest, part) = (tile / parts.parts, tile % parts.parts)
        let (image, panel) = (images[rest / groups], scratch.rest + worker * panel)
        draw(image.input, rest % groups, parts[part], into: panel)
        multiply(image, rest % groups, parts[part], panel, scratch[worker])
      }.computing("")
    ]
  }

  private func draw(
    _ image: UnsafePointer<Float>, _ group: Int, _ pixels: Range<Int>,
    into panel: UnsafeMutablePointer<Float>
  ) {
    var work = WindowPanel(
      input: image + group * task.channels * task.input.plane, offsets: offsets.pointer + pixels.lowerBound,
      output: panel)
    work.channels = task.channels
    work.planeStride = task.input.plane
    work.offsetStride = task.output.plane
    work.taps = taps
    work.count = pixels.count
    work.outputStride = pitch
    task.micro.run(&work)
  }

  private func multiply(
    _ image: ConvolutionTask.Image, _ group: Int, _ pixels: Range<Int>, _ panel: UnsafePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let width = 2 * task.micro.lanes
    var tile = PointTile(input: panel, weights: panel, bias: panel, output: image.output, scratch: scratch)
    tile.channels = task.channels * taps
    tile.channelStride = pitch
    tile.outputChannelStride = task.output.plane
    tile.block = weights.block
    tile.epilogue.relu = task.relu
    for block in 0..<weights.blocksPerGroup {
      let first = (group * weights.outputsPerGroup + block * weights.block) * task.output.plane
      tile.weights = weights.weights(group, block)
      tile.bias = weights.bias(group, block)
      tile.outputs = weights.width(block)
      for start in stride(from: 0, to: pixels.count, by: width) {
        let at = first + pixels.lowerBound + start
        tile.input = panel + start
        tile.pixels = min(width, pixels.count - start)
        tile.output = image.output + at
        tile.epilogue.residual = image.residual.map { $0 + at }
        task.micro.run(&tile)
      }
      task.activate(
        image.output + (first + pixels.lowerBound), channels: tile.outputs, count: pixels.count)
    }
  }
}
