import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Pools over windows, planes and channels.
struct Pooling: Kernel {
  let name = "tiled/pool"

  func support(_ op: any Operator, _ inputs: [Shape], isa: ISA) -> Support {
    guard op is Pool2D || op is GlobalPool || op is ChannelPool else { return .no("computes pools only") }
    if let pool = op as? Pool2D, pool.dilation != Pair(1) {
      return .no("computes pools without dilation only")
    }
    return .yes(Abilities(preference: 1))
  }

  func prepare(_ task: Task) throws -> any Prepared {
    let output = try task.op.output(task.inputs)
    let micro = task.isa.microKernels
    switch task.op {
    case let pool as Pool2D: return PreparedPool(pool, input: task.inputs[0], output: output, micro: micro)
    case let pool as GlobalPool: return PreparedGlobalPool(pool: pool, input: task.inputs[0], micro: micro)
    default: return PreparedChannelPool(input: task.inputs[0], micro: micro)
    }
  }
}

private struct PreparedPool: Prepared {
  let pool: Pool2D
  let input: Shape
  let output: Shape
  let micro: MicroKernels
  /// Floats of one worker's padded row.
  let scratch: Int
  /// Divisor of each output column of the mean: columns of its window that count.
  let divisors: Constants<Float>

  init(_ pool: Pool2D, input: Shape, output: Shape, micro: MicroKernels) {
    self.pool = pool
    self.input = input
    self.output = output
    self.micro = micro
    let lanes = micro.lanes
    // Strides above 2 are read value by value, the others by whole vectors.
    let columns = pool.stride.w > 2 ? output.w : ceilDivide(output.w, lanes) * lanes
    let reach = max((columns - 1) * pool.stride.w + pool.window.w + 2 * lanes, pool.padding.w + input.w)
    scratch = ceilDivide(reach, 16) * 16
    let counts = (0..<output.w).map {
      PreparedPool.counted($0, pool.stride.w, pool.padding.w, pool.window.w, input.w, pool)
    }
    divisors = Constants(counts.map { Float($0) })
  }

  /// Elements of a window along one axis that the mean is divided by.
  private static func counted(
    _ at: Int, _ stride: Int, _ padding: Int, _ window: Int, _ size: Int, _ pool: Pool2D
  ) -> Int {
    let first = at * stride - padding
    let last = min(first + window, size + padding)
    return pool.countPadding ? last - first : min(last, size) - max(first, 0)
  }

  func workspace(threads: Int) -> Int { threads * scratch }

  func bind(_ memory: Arguments, threads: Int) -> [Region] {
    let (source, target) = (memory.inputs[0], memory.outputs[0])
    return [
      Region("pool", tiles: input.n * input.c) { plane, worker in
        self.plane(
          source + plane * input.plane, into: target + plane * output.plane,
          memory.workspace + worker * scratch)
      }.computing("")
    ]
  }

  private func plane(
    _ image: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    var row = PoolRow(input: image, scratch: scratch, output: target)
    row.rowStride = input.w
    row.width = input.w
    row.padding = pool.padding.w
    row.scratchCount = self.scratch
    row.window = pool.window.w
    row.stride = pool.stride.w
    row.outputWidth = output.w
    if pool.kind == .avg { row.divisors = divisors.pointer }
    for y in 0..<output.h {
      let top = y * pool.stride.h - pool.padding.h
      let rows = max(top, 0)..<min(top + pool.window.h, input.h)
      row.input = image + rows.lowerBound * input.w
      row.rows = rows.count
      row.rowDivisor = Float(
        PreparedPool.counted(y, pool.stride.h, pool.padding.h, pool.window.h, input.h, pool))
      row.output = target + y * output.w
      row.isFirst = y == 0
      micro.poolRow(&row)
    }
  }
}

private struct PreparedGlobalPool: Prepared {
  let pool: GlobalPool
  let input: Shape
  let micro: MicroKernels

  func workspace(threads: Int) -> Int { WorkerScratch.count(micro, threads: threads) }

  func bind(_ memory: Arguments, threads: Int) -> [Region] {
    let (source, target) = (memory.inputs[0], memory.outputs[0])
    let scratch = WorkerScratch(memory.workspace, micro, threads: threads)
    let pooling = Region("pool planes", rangesOf: input.n * input.c) { planes, worker in
      var work = PlaneStatistics(input: source + planes.lowerBound * input.plane, scratch: scratch[worker])
      work.planes = planes.count
      work.count = input.plane
      work.divisor = Float(input.plane)
      switch pool.kind {
      case .avg: work.sum = target + planes.lowerBound
      case .max: work.maximum = target + planes.lowerBound
      }
      micro.planeStatistics(&work)
    }
    return [pooling.computing("")]
  }
}

private struct PreparedChannelPool: Prepared {
  let input: Shape
  let pool: PixelPool

  init(input: Shape, micro: MicroKernels) {
    self.input = input
    pool = PixelPool(Shape(1, input.c, input.h, input.w), micro)
  }

  func workspace(threads: Int) -> Int { pool.workspace }

  func bind(_ memory: Arguments, threads: Int) -> [Region] {
    (0..<input.n).flatMap { n in
      pool.regions(
        memory.inputs[0] + n * input.c * input.plane, gates: nil,
        into: memory.outputs[0] + n * 2 * input.plane, workspace: memory.workspace)
    }
  }
}
