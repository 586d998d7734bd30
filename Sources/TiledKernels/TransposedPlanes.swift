import Kernels
import MicroKernelAPI

/// Pools of planes whose rows are short or whose windows are not alike: vectors over planes, some of their rows at a time.
struct TransposedPlanes: Prepared {
  private let pool: PlanePool
  private let micro: MicroKernels
  private let blocks: Constants<PlaneBlock>
  /// Floats of a worker.
  private let scratch: Int
  /// Whether the rows of each window are combined before they are transposed.
  private let combinesFirst: Bool
  /// Columns that windows need.
  private let reach: Range<Int>

  /// Output rows that are computed alike in several places: of planes, or where these are few, of one plane.
  private struct PlaneBlock: Sendable {
    /// Of the first place, in its plane.
    let rows: Range<Int>
    /// Input rows that they need.
    let reach: Range<Int>
    let plane: Int
    let places: Int
    /// From place to place.
    let inputStride: Int
    let outputStride: Int
  }

  /// Floats of a block's transposed rows: half of a small nearest cache, whose other half the rows themselves pass through.
  private static let near = 4096
  /// Blocks of fewer input elements are not worth their own call.
  private static let fewest = 1024

  init(_ pool: PlanePool, _ micro: MicroKernels) {
    self.pool = pool
    self.micro = micro
    let isSplit = Self.isSplit(pool, micro)
    let combinesFirst = Self.combinesFirst(pool, micro)
    let reach = pool.columns.reach(0..<pool.columns.outputs)
    (self.combinesFirst, self.reach) = (combinesFirst, reach)
    let blocks =
      isSplit
      ? (0..<pool.planes).flatMap { Self.split($0, pool, micro) } : Self.together(pool, micro)
    let columns = pool.columns
    scratch = blocks.reduce(0) { most, block in
      let pixels =
        combinesFirst ? block.rows.count * max(4, reach.count) : (block.reach.count + 1) * columns.size
      return max(most, (pixels + block.rows.count * columns.outputs) * micro.lanes)
    }
    self.blocks = Constants(blocks)
  }

  /// Planes are too few for vectors, but rows are not.
  private static func isSplit(_ pool: PlanePool, _ micro: MicroKernels) -> Bool {
    pool.planes < micro.lanes && pool.rows.interior.count >= 2 * micro.lanes
  }

  /// Instructions that a plane takes, roughly.
  static func cost(_ pool: PlanePool, _ micro: MicroKernels) -> Int {
    combinesFirst(pool, micro) ? costOfCombined(pool, micro) : costOfAll(pool, micro)
  }

  private static func combinesFirst(_ pool: PlanePool, _ micro: MicroKernels) -> Bool {
    // Where rows are combined, its loops are shorter and take more than is counted: a quarter, of means three.
    let combines = pool.rows.elements > pool.rows.outputs
    let quarters = combines ? pool.isMean ? 7 : 5 : 4
    return costOfCombined(pool, micro) * quarters / 4 < costOfAll(pool, micro)
  }

  private static func places(_ pool: PlanePool, _ micro: MicroKernels) -> Int {
    isSplit(pool, micro) ? micro.lanes : min(pool.planes, micro.lanes)
  }

  /// Where the rows are transposed first.
  private static func costOfAll(_ pool: PlanePool, _ micro: MicroKernels) -> Int {
    let (rows, columns) = (pool.rows, pool.columns)
    let combine = pool.isMean ? 2 : 4
    let elements = rows.elements * columns.size + rows.outputs * columns.elements
    let combined = elements * combine / places(pool, micro)
    // Squares of 16 take 20; where they do not fit the nearest cache, twice as much.
    let pixels = rows.reach(0..<rows.outputs).count * columns.size + pool.outputPlane
    let perOutputRow = ceilDivide(rows.elements, rows.outputs) * columns.size * micro.lanes
    return combined + (perOutputRow > 2 * near ? 2 : 1) * pixels * 5 / 4
  }

  /// Where the rows of each window are combined first.
  private static func costOfCombined(_ pool: PlanePool, _ micro: MicroKernels) -> Int {
    let (rows, columns) = (pool.rows, pool.columns)
    let reach = columns.reach(0..<columns.outputs).count
    let width = reach < 4 ? 2 * reach : 4 * ceilDivide(reach, 4)
    let combined = max(0, rows.elements - rows.outputs) * width * (pool.isMean ? 3 : 9) / 8
    let inColumns = rows.outputs * columns.elements * (pool.isMean ? 2 : 4) / places(pool, micro)
    return combined + inColumns + (rows.outputs * width + pool.outputPlane) * 5 / 4
  }

  /// Rows of as many planes as there are lanes, or of several times as many where planes are tiny.
  private static func together(_ pool: PlanePool, _ micro: MicroKernels) -> [PlaneBlock] {
    let perPlane =
      combinesFirst(pool, micro)
      ? pool.rows.outputs * pool.columns.reach(0..<pool.columns.outputs).count : pool.inputPlane
    let vectors = max(1, perPlane) * micro.lanes
    let places = max(1, fewest / vectors) * micro.lanes
    let groups = ceilDivide(pool.planes, places)
    let balanced = min(ceilDivide(desiredTiles, groups), vectors / fewest)
    let bands = Partition(
      count: pool.rows.outputs,
      parts: min(pool.rows.outputs, max(1, balanced, ceilDivide(vectors, near))))
    return (0..<groups).flatMap { group in
      (0..<bands.parts).map { part in
        PlaneBlock(
          rows: bands[part], reach: pool.rows.reach(bands[part]), plane: group * places,
          places: min(places, pool.planes - group * places), inputStride: pool.inputPlane,
          outputStride: pool.outputPlane)
      }
    }
  }

  /// One plane: windows that are alike at as many places as there are lanes, the others one place at a time.
  private static func split(_ plane: Int, _ pool: PlanePool, _ micro: MicroKernels) -> [PlaneBlock] {
    guard let regular = pool.rows.regular else { return [] }
    let (interior, lanes) = (pool.rows.interior, micro.lanes)
    let width = pool.columns.size
    let most = max(1, near / (regular.stride * width * lanes))
    var blocks: [PlaneBlock] = []
    func append(_ rows: Range<Int>, places: Int) {
      guard !rows.isEmpty else { return }
      blocks.append(
        PlaneBlock(
          rows: rows, reach: pool.rows.reach(rows), plane: plane, places: places,
          inputStride: rows.count * regular.stride * width, outputStride: rows.count * pool.columns.outputs))
    }
    append(0..<interior.lowerBound, places: 1)
    var y = interior.lowerBound
    while interior.upperBound - y >= lanes {
      let rows = min(most, (interior.upperBound - y) / lanes)
      append(y..<y + rows, places: lanes)
      y += rows * lanes
    }
    append(y..<pool.rows.outputs, places: 1)
    return blocks
  }

  func workspace(threads: Int) -> Int { threads * scratch }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    [
      Region("pool", tiles: blocks.count) { tile, worker in
        run(blocks.pointer[tile], memory, memory.workspace + worker * scratch)
      }.computing("")
    ]
  }

  private func run(_ block: PlaneBlock, _ memory: CallMemory, _ scratch: UnsafeMutablePointer<Float>) {
    let (width, outputs) = (pool.columns.size, pool.columns.outputs)
    var work = PoolPlanes(
      input: memory.inputs[0] + (block.plane * pool.inputPlane + block.reach.lowerBound * width),
      output: memory.outputs[0] + (block.plane * pool.outputPlane + block.rows.lowerBound * outputs),
      rows: pool.rows.windows(block.rows), columns: pool.columns.windows(0..<outputs), scratch: scratch)
    work.planes = block.places
    work.planeStride = block.inputStride
    work.width = width
    work.inputRows = block.reach.count
    work.firstRow = block.reach.lowerBound
    work.combinesFirst = combinesFirst
    work.firstColumn = reach.lowerBound
    work.reach = reach.count
    work.readable = readable(block)
    work.isMean = pool.isMean
    work.outputPlaneStride = block.outputStride
    micro.run(&work)
  }

  /// Floats from the first needed row of the last place to the end of its plane.
  private func readable(_ block: PlaneBlock) -> Int {
    let isOnePlane = block.inputStride != pool.inputPlane
    let before = block.reach.lowerBound * pool.columns.size
    return pool.inputPlane - before - (isOnePlane ? (block.places - 1) * block.inputStride : 0)
  }
}
