import MicroKernelAPI
import Tensors

/// How Winograd's convolution is cut up: outputs into tiles of m × m pixels, tiles into blocks that are computed together.
///
/// Rows of tiles of all images are numbered one after the other, so that small images fill a block together.
struct WinogradBlocking: Sendable, Hashable {
  /// m, the outputs of a tile along one axis.
  let size: Int
  /// Rows of tiles of an image.
  let tileRows: Int
  /// Rows of tiles of all images.
  let rows: Partition
  /// Tiles of a row.
  let columns: Partition
  /// Whether all tiles are transformed before the first product, for all blocks of output channels to share; otherwise every
  /// block of tiles is transformed by the worker that multiplies it, and stays in its cache.
  let isShared: Bool
  /// Blocks of output channels of a group, in batches that are computed together.
  let batches: Partition

  /// Tiles of a block for each MiB of the second cache. Each block reads all transformed weights, which may lie farther away: the
  /// products of so many tiles take longer than that.
  private static let tilesPerMiB = 56
  /// Fewer blocks than this leave some threads without work.
  private static let fewestTasks = 8
  /// Tiles of a block at least, where that leaves fewer: each weight that is loaded serves no more of them.
  private static let fewestTiles = 7
  /// As many blocks of tiles are transformed by the workers that multiply them.
  private static let fewestOwn = 16
  /// Tiles that are shared at most, and bytes of them once transformed.
  private static let (sharedTiles, sharedBytes) = (448, 16 << 20)

  /// - Parameters:
  ///   - size: m.
  ///   - output: of the convolution.
  ///   - channels: which are transformed, in whole vectors.
  ///   - groups: of channels.
  ///   - outputBlocks: blocks of output channels of a group.
  ///   - outputBlock: channels of such a block.
  ///   - cache: bytes of a core's second cache.
  init(
    size: Int, output: Shape, channels: Int, groups: Int, outputBlocks: Int, outputBlock: Int, cache: Int
  ) {
    self.size = size
    tileRows = ceilDivide(output.h, size)
    let (rowCount, columnCount) = (output.n * tileRows, ceilDivide(output.w, size))
    let (points, tiles) = ((size + 2) * (size + 2), rowCount * columnCount)
    isShared = tiles < Self.sharedTiles && 4 * points * tiles * channels <= Self.sharedBytes
    let near = max(1, Self.tilesPerMiB * (cache >> 10) >> 10)
    // Many blocks balance the threads, large ones read the weights less often.
    var most = isShared ? near : min(near, max(near / 2, tiles / Self.fewestOwn))
    let tasks = ceilDivide(tiles, most) * groups * outputBlocks
    if isShared, tasks < Self.fewestTasks {
      most = max(min(most, Self.fewestTiles), tiles * groups * outputBlocks / Self.fewestTasks)
    }
    columns = Partition(count: columnCount, parts: ceilDivide(columnCount, most))
    let widest = ceilDivide(columnCount, columns.parts)
    rows = Partition(count: rowCount, parts: ceilDivide(rowCount, max(1, most / widest)))
    // Their sums take half of the cache.
    let sums = 4 * points * outputBlock * ceilDivide(rowCount, rows.parts) * widest
    var together = max(1, min(outputBlocks, cache / 2 / sums))
    if isShared {
      together = min(together, max(1, rows.parts * columns.parts * groups * outputBlocks / Self.fewestTasks))
    }
    batches = Partition(count: outputBlocks, parts: ceilDivide(outputBlocks, together))
  }

  /// Of a convolution.
  /// - Parameters:
  ///   - size: m.
  ///   - cache: bytes of a core's second cache.
  init(_ reduced: ReducedConvolution, size: Int, _ micro: MicroKernels, cache: Int) {
    let (groups, lanes) = (reduced.conv.groups, micro.lanes)
    self.init(
      size: size, output: reduced.output,
      channels: groups * ceilDivide(reduced.input.c / groups, lanes) * lanes, groups: groups,
      outputBlocks: ceilDivide(reduced.outputsPerGroup, micro.outputBlock), outputBlock: micro.outputBlock,
      cache: cache)
  }

  /// Blocks of tiles.
  var blocks: Int { rows.parts * columns.parts }

  /// Rows and columns of a block, columns changing first.
  subscript(block: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    (rows[block / columns.parts], columns[block % columns.parts])
  }

  /// Tiles of a block.
  func tiles(_ block: Int) -> Int { self[block].rows.count * self[block].columns.count }

  /// Rows of the largest block.
  var mostRows: Int { ceilDivide(rows.count, rows.parts) }
  /// Columns of the largest block.
  var mostColumns: Int { ceilDivide(columns.count, columns.parts) }
  /// Tiles of the largest block.
  var mostTiles: Int { mostRows * mostColumns }
}

extension WinogradBlocking: CustomStringConvertible {
  /// `4×4 pixels, 7 blocks of 2×14 tiles, 2 blocks of channels together, shared`
  var description: String {
    let together = ceilDivide(batches.count, batches.parts)
    return "\(size)×\(size) pixels, \(Self.blocks(blocks)) of \(mostRows)×\(mostColumns) tiles, "
      + "\(Self.blocks(together)) of channels together" + (isShared ? ", shared" : "")
  }

  private static func blocks(_ count: Int) -> String { "\(count) \(count == 1 ? "block" : "blocks")" }
}
