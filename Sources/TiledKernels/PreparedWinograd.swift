import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Winograd's convolution in three steps for every block of tiles: tiles are transformed, each of their (m + 2)² points is
/// multiplied with its weights as a matrix product of its own, and sums are transformed back.
struct PreparedWinograd: Prepared {
  private let task: ConvolutionTask
  private let blocking: WinogradBlocking
  private let weights: WinogradWeights
  private let layout: WinogradMemory

  init(_ task: KernelTask, size: Int, cache: Int) throws {
    self.task = try ConvolutionTask(task)
    let (micro, conv) = (self.task.micro, self.task.conv)
    let channels = ceilDivide(self.task.channels, micro.lanes) * micro.lanes
    let outputBlocks = conv.groups * ceilDivide(self.task.outputsPerGroup, micro.outputBlock)
    blocking = WinogradBlocking(self.task.reduced, size: size, micro, cache: cache)
    weights = try self.task.transformed(
      task, WinogradMatrices(outputs: size), channels: channels, batches: blocking.batches)
    layout = WinogradMemory(
      blocking, channelBlocks: conv.groups * channels / micro.lanes, outputBlocks: outputBlocks, micro)
  }

  var packed: [PackedMemory] { [weights.packed] }

  func workspace(threads: Int) -> Int { layout.floats(blocking, threads: threads) }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let batchCount = task.conv.groups * blocking.batches.parts
    let (workers, tiles) = (memory.workspace, memory.workspace + threads * layout.worker)
    let images = task.images(memory)
    if !blocking.isShared {
      return [
        Region("convolve", tiles: blocking.blocks) { block, worker in
          let own = tiles + worker * layout.largest
          let space = WinogradSpace(workers + worker * layout.worker, layout)
          for channels in 0..<layout.channelBlocks { transform(block, channels, images, into: own, space) }
          for batch in 0..<batchCount { multiply(block, batch, own, images, space) }
        }.computing("")
      ]
    }
    return [
      Region("transform", tiles: blocking.blocks * layout.channelBlocks) { tile, worker in
        let (block, channels) = (tile / layout.channelBlocks, tile % layout.channelBlocks)
        let space = WinogradSpace(workers + worker * layout.worker, layout)
        transform(block, channels, images, into: tiles + layout.blocks.pointer[block], space)
      },
      Region("convolve", tiles: batchCount * blocking.blocks) { tile, worker in
        let (block, batch) = (tile % blocking.blocks, tile / blocking.blocks)
        let space = WinogradSpace(workers + worker * layout.worker, layout)
        multiply(block, batch, tiles + layout.blocks.pointer[block], images, space)
      }.computing(""),
    ]
  }
}

/// Tiles on their way in.
extension PreparedWinograd {
  /// A vector of channels of a block's tiles.
  private func transform(
    _ block: Int, _ channels: Int, _ images: [ConvolutionTask.Image], into tiles: UnsafeMutablePointer<Float>,
    _ space: WinogradSpace
  ) {
    let (rows, columns) = blocking[block]
    let lanes = task.micro.lanes
    var row = rows.lowerBound
    while row < rows.upperBound {
      // Rows of one image at a time.
      let image = row / blocking.tileRows
      let end = min(rows.upperBound, (image + 1) * blocking.tileRows)
      let first = row - image * blocking.tileRows
      let pitch = draw(images[image], channels, first..<first + (end - row), columns, into: space.strip)
      for y in row..<end {
        let at = (channels * rows.count * columns.count + (y - rows.lowerBound) * columns.count) * lanes
        var work = WinogradInput(
          input: space.strip + (y - row) * blocking.size * pitch, output: tiles + at, scratch: space.scratch)
        work.rowStride = pitch
        work.pointStride = layout.point(tiles: rows.count * columns.count)
        work.tiles = columns.count
        work.size = blocking.size
        task.micro.run(&work)
      }
      row = end
    }
  }

  /// A vector of channels of what some tiles of an image read, pixel by pixel, zero outside the image.
  /// - Returns: floats from a row to the next.
  private func draw(
    _ image: ConvolutionTask.Image, _ channels: Int, _ rows: Range<Int>, _ columns: Range<Int>,
    into strip: UnsafeMutablePointer<Float>
  ) -> Int {
    let (input, lanes, size) = (task.input, task.micro.lanes, blocking.size)
    let perGroup = weights.channels / lanes
    let inGroup = channels % perGroup * lanes
    let first = channels / perGroup * task.channels + inGroup
    let count = min(lanes, task.channels - inGroup)
    let (height, width) = (rows.count * size + 2, columns.count * size + 2)
    // Of the strip's first pixel, in the image.
    let (top, left) = (
      rows.lowerBound * size - task.conv.padding.top, columns.lowerBound * size - task.conv.padding.left
    )
    let inside = (min(max(0, -left), width)..<width).clamped(to: 0..<max(0, min(width, input.w - left)))
    for y in 0..<height {
      let line = strip + y * width * lanes
      let isInside = (0..<input.h).contains(top + y) && !inside.isEmpty
      if !isInside || inside.count < width || count < lanes {
        line.update(repeating: 0, count: width * lanes)
      }
      guard isInside else { continue }
      let source = image.input + ((first * input.h + top + y) * input.w + left + inside.lowerBound)
      var work = Transpose(input: source, output: line + inside.lowerBound * lanes)
      (work.rows, work.inputStride) = (count, input.plane)
      (work.columns, work.outputStride) = (inside.count, lanes)
      task.micro.run(&work)
    }
    return width * lanes
  }
}

/// Products, and tiles on their way out.
extension PreparedWinograd {
  /// A batch of output channels of a block's tiles: a point's tiles are near while the blocks of output channels go by.
  private func multiply(
    _ block: Int, _ batch: Int, _ tiles: UnsafePointer<Float>, _ images: [ConvolutionTask.Image],
    _ space: WinogradSpace
  ) {
    let (rows, columns) = blocking[block]
    let (lanes, count) = (task.micro.lanes, rows.count * columns.count)
    let perGroup = weights.channels / lanes
    let (group, inGroup) = (batch / blocking.batches.parts, blocking.batches[batch % blocking.batches.parts])
    let first = group * blocking.batches.count + inGroup.lowerBound
    let pitch = layout.point(tiles: count)
    for point in 0..<layout.points {
      for i in 0..<inGroup.count {
        var work = BlockedProducts(
          input: tiles + (point * pitch + group * perGroup * count * lanes),
          weights: weights.weights(first + i, point),
          output: space.sums + (i * layout.points + point) * layout.sums)
        work.blockStride = count * lanes
        work.blocks = perGroup
        work.pixels = count
        task.micro.run(&work)
      }
    }
    for i in 0..<inGroup.count {
      for row in rows {
        let sums =
          space.sums + i * layout.points * layout.sums
          + (row - rows.lowerBound) * columns.count * task.micro.outputBlock
        store(sums, images[row / blocking.tileRows], row % blocking.tileRows, columns, first + i, space)
      }
    }
  }

  /// A row of tiles: sums to pixels, pixels to planes.
  private func store(
    _ sums: UnsafePointer<Float>, _ image: ConvolutionTask.Image, _ row: Int, _ columns: Range<Int>,
    _ outputs: Int, _ space: WinogradSpace
  ) {
    let (output, micro, size) = (task.output, task.micro, blocking.size)
    let perGroup = layout.outputBlocks / task.conv.groups
    let inGroup = outputs % perGroup * micro.outputBlock
    let first = outputs / perGroup * task.outputsPerGroup + inGroup
    let (top, left) = (row * size, columns.lowerBound * size)
    let (height, width) = (min(size, output.h - top), min(columns.count * size, output.w - left))
    let pitch = columns.count * size * micro.lanes
    for lane in stride(from: 0, to: min(micro.outputBlock, task.outputsPerGroup - inGroup), by: micro.lanes) {
      let channels = min(micro.lanes, task.outputsPerGroup - inGroup - lane)
      var work = WinogradOutput(
        input: sums + lane, bias: weights.bias.pointer + (outputs * micro.outputBlock + lane),
        output: space.strip, scratch: space.scratch)
      work.pointStride = layout.sums
      work.tileStride = micro.outputBlock
      work.rowStride = pitch
      work.tiles = columns.count
      work.size = size
      work.relu = task.relu && image.residual == nil
      micro.run(&work)
      let at = (first + lane) * output.plane + top * output.w + left
      for y in 0..<height {
        var pixels = Transpose(input: space.strip + y * pitch, output: image.output + (at + y * output.w))
        (pixels.rows, pixels.inputStride) = (width, micro.lanes)
        (pixels.columns, pixels.outputStride) = (channels, output.plane)
        micro.run(&pixels)
      }
      finish(image, at, rows: height, width: width, channels: channels)
    }
  }

  /// The rest of the epilogue, on rows that were just stored.
  private func finish(_ image: ConvolutionTask.Image, _ at: Int, rows: Int, width: Int, channels: Int) {
    // Whole rows are one run.
    let isWhole = width == task.output.w
    let (runs, count) = isWhole ? (1, rows * width) : (rows, width)
    for run in 0..<runs {
      let place = at + run * task.output.w
      if let residual = image.residual {
        task.add(residual + place, to: image.output + place, channels: channels, count: count)
      }
      task.activate(image.output + place, channels: channels, count: count)
    }
  }
}

extension ConvolutionTask {
  /// Transformed filters.
  /// - Throws: if they are not there.
  fileprivate func transformed(
    _ task: KernelTask, _ matrices: WinogradMatrices, channels: Int, batches: Partition
  ) throws -> WinogradWeights {
    let bank = try filters(task)
    return WinogradWeights(
      matrices, bank, channels: channels, block: micro.outputBlock, batches: batches,
      batchNorm: task.fusion.batchNorm)
  }

  /// Adds a residual to what a tile has just stored, and applies ReLU, if it is the activation.
  fileprivate func add(
    _ residual: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, channels: Int, count: Int
  ) {
    for c in 0..<channels {
      let run = output + c * self.output.plane
      var work = Elementwise(.add, input: run, output: run, count: count)
      work.second = residual + c * self.output.plane
      micro.run(&work)
      if relu {
        var last = Elementwise(.relu, input: run, output: run, count: count)
        micro.run(&last)
      }
    }
  }
}

/// Where a block's tiles and sums lie, in floats.
private struct WinogradMemory: Sendable {
  /// (m + 2)².
  let points: Int
  /// Vectors of input channels of all groups.
  let channelBlocks: Int
  /// Blocks of output channels of all groups.
  let outputBlocks: Int
  /// Blocks of output channels of the largest batch.
  let together: Int
  /// From a point of sums to the next.
  let sums: Int
  /// Sums and pixels of a worker, and a tile in the middle of its transform.
  let worker: Int
  /// Transformed tiles of the largest block.
  let largest: Int
  /// Where the transformed tiles of each block begin, if all are kept, and where the last ends.
  let blocks: Constants<Int>
  /// Of a vector.
  let lanes: Int

  init(_ blocking: WinogradBlocking, channelBlocks: Int, outputBlocks: Int, _ micro: MicroKernels) {
    points = (blocking.size + 2) * (blocking.size + 2)
    (self.channelBlocks, self.outputBlocks, lanes) = (channelBlocks, outputBlocks, micro.lanes)
    sums = Self.spread(blocking.mostTiles * micro.outputBlock)
    let (height, width) = (blocking.mostRows * blocking.size + 2, blocking.mostColumns * blocking.size + 2)
    together = ceilDivide(blocking.batches.count, blocking.batches.parts)
    worker = points * (together * sums + micro.lanes) + ceilDivide(height * width * micro.lanes, 16) * 16
    let perTile = channelBlocks * micro.lanes
    let sizes = (0..<blocking.blocks).map { [points] in points * Self.spread(perTile * blocking.tiles($0)) }
    largest = sizes.max() ?? 0
    blocks = Constants(sizes.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) })
  }

  /// A distance of points, a line more where too many of them would share a cache set.
  private static func spread(_ floats: Int) -> Int { floats % 128 == 0 ? floats + 16 : floats }

  /// From a point of a block's transformed tiles to the next.
  func point(tiles: Int) -> Int { Self.spread(channelBlocks * lanes * tiles) }

  func floats(_ blocking: WinogradBlocking, threads: Int) -> Int {
    threads * worker
      + (blocking.isShared ? blocks.pointer[blocking.blocks] : threads * largest)
  }
}

/// A worker's memory.
private struct WinogradSpace {
  let sums: UnsafeMutablePointer<Float>
  let scratch: UnsafeMutablePointer<Float>
  let strip: UnsafeMutablePointer<Float>

  init(_ memory: UnsafeMutablePointer<Float>, _ layout: WinogradMemory) {
    sums = memory
    scratch = memory + layout.points * layout.together * layout.sums
    strip = scratch + layout.points * layout.lanes
  }
}
