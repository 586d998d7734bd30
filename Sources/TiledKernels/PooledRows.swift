import Kernels
import MicroKernelAPI

/// Pools of planes row by row: rows of the window first, then columns; long rows in spans, so that the combined rows stay in
/// the nearest cache.
struct PooledRows: Prepared {
  private let pool: PlanePool
  private let micro: MicroKernels
  private let spans: Constants<Span>
  /// Of the output's rows.
  private let bands: Partition
  /// Of a tile; one where rows are cut into bands or spans.
  private let planes: Int
  /// Floats of a padded row, and how many of them a worker has.
  private let line: Int
  private let lines: Int

  /// Columns.
  private struct Span: Sendable {
    let outputs: Range<Int>
    let inputs: Range<Int>
  }

  /// Input columns of a span.
  private static let span = 2048
  /// Tiles of fewer input elements are not worth their own call.
  private static let fewest = 4096
  /// Floats of a worker's rows.
  private static let near = 4096

  init(_ pool: PlanePool, _ micro: MicroKernels) {
    let (columns, lanes) = (pool.columns, micro.lanes)
    self.pool = pool
    self.micro = micro
    let parts = min(columns.outputs, ceilDivide(columns.size, Self.span))
    let spans = Partition(count: columns.outputs, parts: parts)
    let balanced = min(ceilDivide(desiredTiles, pool.planes * parts), pool.inputPlane / parts / Self.fewest)
    bands = Partition(count: pool.rows.outputs, parts: min(pool.rows.outputs, max(1, balanced)))
    planes = bands.parts * parts == 1 ? max(1, Self.fewest / pool.inputPlane) : 1
    let list = (0..<parts).map { Span(outputs: spans[$0], inputs: columns.reach(spans[$0])) }
    let widest = list.map(\.inputs.count).max() ?? 0
    let outputs = ceilDivide(ceilDivide(columns.outputs, parts), lanes) * lanes
    let read =
      columns.regular.map { (outputs - 1) * $0.stride + ($0.window - 1) * columns.step + 1 + 2 * lanes } ?? 0
    line = ceilDivide(max(read, widest), 16) * 16
    lines = min(max(2, Self.near / line), 16)
    self.spans = Constants(list)
  }

  /// Instructions that a plane takes, roughly.
  static func cost(_ pool: PlanePool, _ micro: MicroKernels) -> Int {
    let (rows, columns, lanes) = (pool.rows, pool.columns, micro.lanes)
    let combine = pool.isMean ? 2 : 4
    let vectors = ceilDivide(columns.size, columns.size < lanes ? min(columns.size, 4) : lanes)
    let inRow = columns.size < 4 ? columns.size * combine : vectors * combine
    return rows.elements * inRow + rows.outputs * (columnCost(pool, micro) + 40)
  }

  /// Of an output row.
  private static func columnCost(_ pool: PlanePool, _ micro: MicroKernels) -> Int {
    let (columns, lanes) = (pool.columns, micro.lanes)
    let combine = pool.isMean ? 2 : 4
    let fours = columns.outputs < 4 ? columns.outputs : 4 * ceilDivide(columns.outputs, 4)
    guard let regular = columns.regular, regular.stride <= 2, columns.outputs >= 4 else {
      let perWindow = ceilDivide(columns.elements, columns.outputs)
      let isRun = columns.step == 1 && perWindow >= (pool.isMean ? 6 : 4)
      return fours * (isRun ? 10 + ceilDivide(perWindow, 4) * combine : 3 + perWindow * (combine + 3) / 2)
    }
    let vectors = columns.outputs >= lanes ? ceilDivide(columns.outputs, lanes) : fours / 4
    return vectors * (6 + regular.window * (combine + 2 * (regular.stride - 1)))
  }

  func workspace(threads: Int) -> Int { threads * scratch }

  /// Floats of a worker.
  private var scratch: Int { lines * line + 32 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let perPlane = spans.count * bands.parts
    let tiles = ceilDivide(pool.planes, planes) * perPlane
    return [
      Region("pool", tiles: tiles) { tile, worker in
        let (first, part) = (tile / perPlane * planes, tile % perPlane)
        run(
          first..<min(first + planes, pool.planes), rows: bands[part / spans.count],
          spans.pointer[part % spans.count], memory, memory.workspace + worker * scratch)
      }.computing("")
    ]
  }

  private func run(
    _ planes: Range<Int>, rows: Range<Int>, _ span: Span, _ memory: CallMemory,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let (width, outputs, regular) = (pool.columns.size, pool.columns.outputs, pool.columns.regular)
    let plane = planes.lowerBound
    let target = plane * pool.outputPlane + rows.lowerBound * outputs + span.outputs.lowerBound
    let origin = regular.map { span.outputs.lowerBound * $0.stride - $0.padding } ?? span.inputs.lowerBound
    var work = PoolRows(
      input: memory.inputs[0] + (plane * pool.inputPlane + span.inputs.lowerBound),
      output: memory.outputs[0] + target, rows: pool.rows.windows(rows),
      columns: pool.columns.windows(span.outputs), scratch: scratch)
    work.planes = planes.count
    work.planeStride = pool.inputPlane
    work.rowStride = width
    work.width = span.inputs.count
    work.firstColumn = span.inputs.lowerBound
    work.padding = span.inputs.lowerBound - origin
    work.window = regular?.window ?? pool.columns.alike
    work.step = pool.columns.step
    work.stride = regular?.stride ?? 0
    work.outputStride = outputs
    work.isMean = pool.isMean
    work.scratchCount = line
    work.lines = lines
    micro.run(&work)
  }
}
