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

  /// Tiles of a block that is transformed by its worker, about: its points and sums share the second cache.
  private static let ownTiles = 28
  /// Tiles of a block of shared ones, at most: the sums of one block of output channels stay in the second cache.
  private static let sharedTiles = 56
  /// Fewer blocks than this leave some threads without work.
  private static let fewestTasks = 8
  /// Bytes of transformed tiles that are shared at most.
  private static let sharedBytes = 16 << 20

  /// - Parameters:
  ///   - output: of the convolution.
  ///   - channels: which are transformed, in whole vectors.
  ///   - outputBlocks: blocks of output channels.
  init(size: Int, output: Shape, channels: Int, outputBlocks: Int) {
    self.size = size
    tileRows = ceilDivide(output.h, size)
    let (rowCount, columnCount) = (output.n * tileRows, ceilDivide(output.w, size))
    let points = (size + 2) * (size + 2)
    let bytes = 4 * points * rowCount * columnCount * channels
    isShared = rowCount * columnCount < 16 * Self.ownTiles && bytes <= Self.sharedBytes
    var most = isShared ? Self.sharedTiles : Self.ownTiles
    if isShared, ceilDivide(rowCount * columnCount, most) * outputBlocks < Self.fewestTasks {
      most = max(1, rowCount * columnCount * outputBlocks / Self.fewestTasks)
    }
    columns = Partition(count: columnCount, parts: ceilDivide(columnCount, most))
    let widest = ceilDivide(columnCount, columns.parts)
    rows = Partition(count: rowCount, parts: ceilDivide(rowCount, max(1, most / widest)))
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
  /// `4×4 pixels, 7 blocks of 2×14 tiles, shared`
  var description: String {
    "\(size)×\(size) pixels, \(blocks) blocks of \(mostRows)×\(mostColumns) tiles"
      + (isShared ? ", shared" : "")
  }
}
