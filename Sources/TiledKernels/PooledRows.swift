import Kernels
import MicroKernelAPI

/// Pools of planes with rows long enough for vectors: rows of the window first, then columns; long rows in spans, so that
/// the combined rows stay in the nearest cache.
struct PooledRows: Prepared {
  private let pool: PlanePool
  private let micro: MicroKernels
  /// Nil: windows are taken one by one.
  private let regular: PoolAxis.Regular?
  private let spans: Constants<Span>
  /// Of the output's rows.
  private let bands: Partition
  /// Floats of a padded row; a worker has two.
  private let line: Int

  /// Columns.
  private struct Span: Sendable {
    let outputs: Range<Int>
    let inputs: Range<Int>
  }

  /// Input columns of a span.
  private static let span = 2048
  /// Tiles of fewer input elements are not worth their own call.
  private static let fewest = 4096

  init(_ pool: PlanePool, _ micro: MicroKernels) {
    let (columns, lanes) = (pool.columns, micro.lanes)
    self.pool = pool
    self.micro = micro
    regular = Self.vectorised(columns, micro)
    let parts = min(columns.outputs, ceilDivide(columns.size, Self.span))
    let spans = Partition(count: columns.outputs, parts: parts)
    let balanced = min(ceilDivide(desiredTiles, pool.planes * parts), pool.inputPlane / parts / Self.fewest)
    bands = Partition(count: pool.rows.outputs, parts: min(pool.rows.outputs, max(1, balanced)))
    let list = (0..<parts).map { Span(outputs: spans[$0], inputs: columns.reach(spans[$0])) }
    let widest = list.map(\.inputs.count).max() ?? 0
    let outputs = ceilDivide(ceilDivide(columns.outputs, parts), lanes) * lanes
    let read =
      regular.map { (outputs - 1) * $0.stride + ($0.window - 1) * columns.step + 1 + 2 * lanes } ?? 0
    line = ceilDivide(max(read, widest), 16) * 16
    self.spans = Constants(list)
  }

  /// Windows that are alike and whose columns two vectors hold.
  private static func vectorised(_ columns: PoolAxis, _ micro: MicroKernels) -> PoolAxis.Regular? {
    guard let regular = columns.regular, regular.stride <= 2, columns.outputs >= micro.lanes,
      (0..<columns.outputs).allSatisfy({ columns.counts.pointer[$0] > 0 })
    else { return nil }
    return regular
  }

  /// Instructions that a plane takes, roughly.
  static func cost(_ pool: PlanePool, _ micro: MicroKernels) -> Int {
    let (rows, columns, lanes) = (pool.rows, pool.columns, micro.lanes)
    let combine = pool.isMean ? 2 : 4
    let perColumn: Int
    if let regular = vectorised(columns, micro) {
      perColumn = ceilDivide(columns.outputs, lanes) * regular.window * (combine + 2 * (regular.stride - 1))
    } else {
      perColumn = columns.elements * combine + 4 * columns.outputs
    }
    let inRows = columns.size < lanes ? columns.size * combine : ceilDivide(columns.size, lanes) * combine
    return rows.elements * inRows + rows.outputs * (perColumn + 40)
  }

  func workspace(threads: Int) -> Int { threads * 2 * line }

  func bind(_ memory: Arguments, threads: Int) -> [Region] {
    let perPlane = spans.count * bands.parts
    return [
      Region("pool", tiles: pool.planes * perPlane) { tile, worker in
        let (plane, part) = (tile / perPlane, tile % perPlane)
        run(
          plane, rows: bands[part / spans.count], spans.pointer[part % spans.count], memory,
          memory.workspace + worker * 2 * line)
      }.computing("")
    ]
  }

  private func run(
    _ plane: Int, rows: Range<Int>, _ span: Span, _ memory: Arguments,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let (width, outputs) = (pool.columns.size, pool.columns.outputs)
    let target = plane * pool.outputPlane + rows.lowerBound * outputs + span.outputs.lowerBound
    let origin = regular.map { span.outputs.lowerBound * $0.stride - $0.padding } ?? span.inputs.lowerBound
    var work = PoolRows(
      input: memory.inputs[0] + (plane * pool.inputPlane + span.inputs.lowerBound),
      output: memory.outputs[0] + target, rows: pool.rows.windows(rows),
      columns: pool.columns.windows(span.outputs), scratch: scratch)
    work.rowStride = width
    work.width = span.inputs.count
    work.firstColumn = span.inputs.lowerBound
    work.padding = span.inputs.lowerBound - origin
    work.window = regular?.window ?? 0
    work.step = pool.columns.step
    work.stride = regular?.stride ?? 0
    work.outputStride = outputs
    work.isMean = pool.isMean
    work.scratchCount = line
    micro.poolRows(&work)
  }
}
