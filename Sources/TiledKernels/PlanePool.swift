import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// A pool over windows of planes: what all pools but the one over channels come down to.
struct PlanePool: Sendable {
  let planes: Int
  let isMean: Bool
  let rows: PoolAxis
  let columns: PoolAxis

  /// A plane of one column is the same memory as a plane of one row, for which vectors have neighbours.
  init(planes: Int, isMean: Bool, rows: PoolAxis, columns: PoolAxis) {
    let isColumn = columns.size == 1 && columns.outputs == 1
    self.planes = planes
    self.isMean = isMean
    self.rows = isColumn ? columns : rows
    self.columns = isColumn ? rows : columns
  }

  init(_ pool: Pool2D, _ input: Shape) {
    func axis(_ size: Int, _ windows: [PoolWindow], _ part: KeyPath<Pair, Int>) -> PoolAxis {
      PoolAxis(
        size, windows, step: pool.dilation[keyPath: part],
        PoolAxis.Regular(
          window: pool.window[keyPath: part], stride: pool.stride[keyPath: part],
          padding: pool.padding[keyPath: part]))
    }
    let windows = pool.windows(height: input.h, width: input.w)
    // The mean of one value is the value, which needs no division.
    let areValues = (windows.rows + windows.columns).allSatisfy { $0.count == 1 && $0.divisor == 1 }
    self.init(
      planes: input.n * input.c, isMean: pool.kind == .avg && !areValues,
      rows: axis(input.h, windows.rows, \.h), columns: axis(input.w, windows.columns, \.w))
  }

  init(_ pool: GlobalPool, _ input: Shape) {
    self.init(
      planes: input.n * input.c, isMean: pool.kind == .avg, rows: PoolAxis(input.h, adaptive: 1),
      columns: PoolAxis(input.w, adaptive: 1))
  }

  init(_ pool: AdaptivePool, _ input: Shape) {
    self.init(
      planes: input.n * input.c, isMean: true, rows: PoolAxis(input.h, adaptive: pool.extent.h),
      columns: PoolAxis(input.w, adaptive: pool.extent.w))
  }

  /// Floats of a plane.
  var inputPlane: Int { rows.size * columns.size }
  var outputPlane: Int { rows.outputs * columns.outputs }

  /// The fastest way for these extents.
  func prepare(_ micro: MicroKernels) -> any Prepared {
    if rows.isIdentity && columns.isIdentity {
      return PreparedMap(operation: .copy, count: planes * inputPlane, micro: micro)
    }
    if rows.isWhole && columns.isWhole { return WholePlanes(pool: self, micro: micro) }
    return PooledRows.cost(self, micro) < TransposedPlanes.cost(self, micro)
      ? PooledRows(self, micro) : TransposedPlanes(self, micro)
  }
}

/// One window that covers the plane.
private struct WholePlanes: Prepared {
  let pool: PlanePool
  let micro: MicroKernels

  func workspace(threads: Int) -> Int { WorkerScratch.count(micro, threads: threads) }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let (source, target) = (memory.inputs[0], memory.outputs[0])
    let scratch = WorkerScratch(memory.workspace, micro, threads: threads)
    let pooling = Region("pool planes", planes: pool.planes, of: pool.inputPlane) { planes, worker in
      var work = PlaneStatistics(
        input: source + planes.lowerBound * pool.inputPlane, scratch: scratch[worker])
      work.planes = planes.count
      work.count = pool.inputPlane
      work.divisor = pool.rows.divisors.pointer[0] * pool.columns.divisors.pointer[0]
      if pool.isMean {
        work.sum = target + planes.lowerBound
      } else {
        work.maximum = target + planes.lowerBound
      }
      micro.run(&work)
    }
    return [pooling.computing("")]
  }
}
