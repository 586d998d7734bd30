import Kernels
import MicroKernelAPI
import Tensors

/// How a batch is cut for sums over its channels. Where channels are many and small enough to stay near, a tile is some whole
/// channels. Else each channel is cut into parts, some images by some pixels; the parts' sums are added up in their order.
struct ChannelBlocks: Sendable {
  /// N×C×P.
  let images: Int
  let channels: Int
  let plane: Int
  /// Channels of a tile.
  let together: Int
  private let imageParts: Partition
  private let lineParts: Partition

  /// Elements of a tile: fewer are not worth a worker.
  private static let fewest = 8192
  /// Elements of a channel that stays in a core's second cache.
  private static let near = 1 << 16
  /// Elements of a part: it is read twice.
  private static let part = 16384
  /// Elements of a line, at which planes are cut.
  private static let line = 16

  init(images: Int, channels: Int, plane: Int) {
    (self.images, self.channels, self.plane) = (images, channels, plane)
    let elements = images * plane
    let isWhole = elements <= Self.near && (channels >= desiredTiles / 4 || elements < 2 * Self.fewest)
    let balanced = min(ceilDivide(desiredTiles, max(1, channels)), elements / Self.fewest)
    let parts = isWhole ? 1 : max(1, ceilDivide(elements, Self.part), balanced)
    imageParts = Partition(count: images, parts: min(max(1, images), parts))
    let lines = plane / Self.line
    let perImage = min(ceilDivide(parts, imageParts.parts), lines / (Self.fewest / 4 / Self.line))
    lineParts = Partition(count: lines, parts: max(1, perImage))
    together = parts > 1 ? 1 : max(1, Self.fewest / max(1, elements))
  }

  init(_ shape: Shape) { self.init(images: shape.n, channels: shape.c, plane: shape.plane) }

  /// Elements of a channel.
  var elements: Int { images * plane }

  /// Parts of a channel.
  var parts: Int { imageParts.parts * lineParts.parts }

  /// Tiles of whole channels.
  var groups: Int { ceilDivide(channels, together) }

  /// Channels of a tile.
  func group(_ tile: Int) -> Range<Int> { tile * together..<min(channels, (tile + 1) * together) }

  /// Images and pixels of a part.
  func part(_ part: Int) -> (images: Range<Int>, pixels: Range<Int>) {
    let (image, line) = (part / lineParts.parts, part % lineParts.parts)
    let lines = lineParts[line]
    let end = line + 1 == lineParts.parts ? plane : lines.upperBound * Self.line
    return (imageParts[image], lines.lowerBound * Self.line..<end)
  }

  /// Elements of a part.
  func count(_ part: Int) -> Int {
    let (images, pixels) = self.part(part)
    return images.count * pixels.count
  }

  /// Sums over a part of some channels.
  /// - Parameters:
  ///   - input: the first element of the batch; `second` likewise.
  ///   - sums: where that of the first of these channels goes.
  func sums(
    _ operation: ChannelSums.Operation, _ input: UnsafePointer<Float>, _ second: UnsafePointer<Float>? = nil,
    channels range: Range<Int>, part: Int = 0, into sums: UnsafeMutablePointer<Float>
  ) -> ChannelSums {
    let (images, pixels) = self.part(part)
    let first = (images.lowerBound * channels + range.lowerBound) * plane + pixels.lowerBound
    var work = ChannelSums(operation, input: input + first, sums: sums)
    work.second = second.map { $0 + first }
    (work.channels, work.channelStride) = (range.count, plane)
    (work.runs, work.runStride) = (images.count, channels * plane)
    work.count = pixels.count
    return work
  }
}

/// Sums of all channels, of values or of products.
struct PreparedChannelSums: Prepared {
  let operation: ChannelSums.Operation
  let blocks: ChannelBlocks
  let micro: MicroKernels

  /// The parts' sums, channel by channel.
  func workspace(threads: Int) -> Int { blocks.parts == 1 ? 0 : blocks.channels * blocks.parts }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let (operation, blocks, micro) = (operation, blocks, micro)
    let (input, output, partial) = (memory.inputs[0], memory.outputs[0], memory.workspace)
    let second = operation == .products ? memory.inputs[1] : nil
    if blocks.parts == 1 {
      let sum = Region("sum channels", tiles: blocks.groups) { tile, _ in
        let range = blocks.group(tile)
        var work = blocks.sums(operation, input, second, channels: range, into: output + range.lowerBound)
        micro.run(&work)
      }
      return [sum.computing("")]
    }
    let parts = blocks.parts
    let sum = Region("sum parts", tiles: blocks.channels * parts) { tile, _ in
      let (channel, part) = (tile / parts, tile % parts)
      var work = blocks.sums(
        operation, input, second, channels: channel..<channel + 1, part: part, into: partial + tile)
      micro.run(&work)
    }
    return [sum.computing(""), Region.addParts(partial, of: blocks, into: output)]
  }
}

extension Region {
  /// Adds up the parts' sums of each channel in their order.
  fileprivate static func addParts(
    _ partial: UnsafePointer<Float>, of blocks: ChannelBlocks, into output: UnsafeMutablePointer<Float>
  ) -> Region {
    let parts = blocks.parts
    return Region("add parts", tiles: blocks.channels) { channel, _ in
      output[channel] = (0..<parts).reduce(0) { $0 + partial[channel * parts + $1] }
    }
  }
}
