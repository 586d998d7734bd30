import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Gradients of pools over windows and planes.
struct PoolSlopes: Kernel {
  let name = "tiled/pool-gradient"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let geometry = PoolGeometry(op, inputs) else { return .no("computes gradients of pools only") }
    guard geometry.isMean || geometry.isWhole || geometry.alike != nil else {
      return .no("computes gradients of maxima over windows that are alike")
    }
    let cost = try? op.cost(inputs)
    return .yes(
      Form(cycles: Cycles.sweeps((cost?.bytes ?? 0) / 4 + (cost?.flops ?? 0) / isa.microKernels.lanes)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let geometry = PoolGeometry(task.op, task.inputs) else {
      preconditionFailure("\(task.op.text) is no gradient of a pool")
    }
    if geometry.isWhole { return WholePlaneSlopes(geometry: geometry, micro: task.micro) }
    if let alike = geometry.alike { return WindowSlopes(geometry, alike, task.micro) }
    return MeanSpread(geometry, task.micro)
  }
}

/// The windows of a pool whose gradient is computed.
struct PoolGeometry: Sendable {
  let planes: Int
  let isMean: Bool
  /// Extents of a plane of the pool's input.
  let (height, width): (Int, Int)
  let rows: [PoolWindow]
  let columns: [PoolWindow]
  let dilation: Pair
  /// Windows that are alike but for what is cut off.
  let alike: (rows: WindowGradient.Axis, columns: WindowGradient.Axis)?

  /// Nil for other operators.
  init?(_ op: any Operator, _ inputs: [TensorType]) {
    let (pool, input): (any WindowPool, TensorType)
    switch op {
    case let maximum as MaximumGradient: (pool, input) = (maximum.pool, inputs[0])
    case let mean as MeanGradient: (pool, input) = (mean.pool, mean.input)
    default: return nil
    }
    planes = input.n * input.c
    isMean = pool.kind == .avg
    let windows = pool.windows(height: input.h, width: input.w)
    let alike = Self.alike(pool, input, rows: windows.rows.count, columns: windows.columns.count)
    // A plane of one column is the same memory as a plane of one row, for which vectors have neighbours.
    let isColumn = input.w == 1 && windows.columns.count == 1
    (height, width) = isColumn ? (input.w, input.h) : (input.h, input.w)
    (rows, columns) = isColumn ? (windows.columns, windows.rows) : (windows.rows, windows.columns)
    dilation = isColumn ? Pair(pool.dilation.w, pool.dilation.h) : pool.dilation
    self.alike = alike.map { isColumn ? ($0.columns, $0.rows) : $0 }
  }

  /// Elements of a plane.
  var plane: Int { height * width }

  /// Whether there is one window, which covers the plane.
  var isWhole: Bool {
    rows.count == 1 && columns.count == 1 && rows[0].count == height && columns[0].count == width
      && dilation == Pair(1)
  }

  private static func alike(
    _ pool: any WindowPool, _ input: TensorType, rows: Int, columns: Int
  ) -> (rows: WindowGradient.Axis, columns: WindowGradient.Axis)? {
    switch pool {
    case let pool as Pool2D:
      func axis(_ size: Int, _ outputs: Int, _ part: KeyPath<Pair, Int>) -> WindowGradient.Axis {
        WindowGradient.Axis(
          size: size, outputs: outputs, window: pool.window[keyPath: part],
          stride: pool.stride[keyPath: part],
          step: pool.dilation[keyPath: part], padding: pool.padding.before[keyPath: part])
      }
      return (axis(input.h, rows, \.h), axis(input.w, columns, \.w))
    case is AdaptivePool where input.h % rows == 0 && input.w % columns == 0:
      func axis(_ size: Int, _ outputs: Int) -> WindowGradient.Axis {
        let extent = size / outputs
        return WindowGradient.Axis(
          size: size, outputs: outputs, window: extent, stride: extent, step: 1, padding: 0)
      }
      return (axis(input.h, rows), axis(input.w, columns))
    default: return nil
    }
  }
}

/// One window that covers the plane.
private struct WholePlaneSlopes: Prepared {
  let geometry: PoolGeometry
  let micro: MicroKernels

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let (plane, micro, isMean) = (geometry.plane, micro, geometry.isMean)
    let divisor = Float(geometry.rows[0].divisor * geometry.columns[0].divisor)
    let (gradient, output) = (memory.inputs[isMean ? 0 : 1], memory.outputs[0])
    let input = isMean ? nil : memory.inputs[0]
    return [
      Region("slopes of planes", planes: geometry.planes, of: plane) { planes, _ in
        let first = planes.lowerBound * plane
        var work = PlanePoolGradient(gradient: gradient + planes.lowerBound, output: output + first)
        work.input = input.map { $0 + first }
        (work.planes, work.count, work.divisor) = (planes.count, plane, divisor)
        micro.run(&work)
      }.computing("")
    ]
  }
}
