import Kernels
import MicroKernelAPI
import Operators

/// Gradients of pools over windows that are alike: runs of planes, or bands of rows where planes are few.
struct WindowSlopes: Prepared {
  private let planes: Int
  private let isMean: Bool
  private let rows: WindowGradient.Axis
  private let columns: WindowGradient.Axis
  private let rowDivisors: Constants<Float>
  private let columnDivisors: Constants<Float>
  private let firstTaps: Constants<UInt32>
  private let taps: Constants<Int>
  private let gathers: Constants<Int>
  private let memory: WindowGradient.Memory
  private let bands: Partition
  private let micro: MicroKernels

  /// Elements of a band: the rows between two are computed twice.
  private static let fewest = 8192

  init(
    _ geometry: PoolGeometry, _ alike: (rows: WindowGradient.Axis, columns: WindowGradient.Axis),
    _ micro: MicroKernels
  ) {
    (planes, isMean, self.micro) = (geometry.planes, geometry.isMean, micro)
    (rows, columns) = alike
    memory = WindowGradient.Memory(rows, columns, lanes: micro.lanes)
    rowDivisors = Constants(geometry.rows.map { Float($0.divisor) })
    let rest = ceilDivide(columns.outputs, micro.lanes) * micro.lanes - columns.outputs
    columnDivisors = Constants(
      geometry.columns.map { Float($0.divisor) } + Array(repeating: 1, count: rest))
    firstTaps = Constants(
      Self.firstTaps(geometry.columns, columns) + Array(repeating: WindowGradient.noTap, count: rest))
    taps = Constants(Self.taps(columns, memory))
    gathers = Constants(Self.gathers(columns, memory))
    let most = min(rows.size, geometry.plane / Self.fewest)
    bands = Partition(
      count: rows.size, parts: max(1, min(most, ceilDivide(desiredTiles / 2, max(1, planes)))))
  }

  /// The first tap inside the plane.
  private static func firstTaps(_ windows: [PoolWindow], _ axis: WindowGradient.Axis) -> [UInt32] {
    windows.enumerated().map { index, window in
      let start = index * axis.stride - axis.padding
      return window.count == 0 ? WindowGradient.noTap : UInt32((window.first - start) / axis.step)
    }
  }

  /// Where the first window has each tap of a row, in a row of the plane that is sorted by the rests of the stride.
  private static func taps(_ axis: WindowGradient.Axis, _ memory: WindowGradient.Memory) -> [Int] {
    (0..<axis.window).map { tap in
      let at = tap * axis.step
      return at % axis.stride * memory.phase + at / axis.stride
    }
  }

  /// For each column of a stride the taps that windows have there.
  private static func gathers(_ axis: WindowGradient.Axis, _ memory: WindowGradient.Memory) -> [Int] {
    (0..<axis.stride).flatMap { column -> [Int] in
      let place = column + axis.padding
      let taps = (0..<axis.window).filter { ($0 * axis.step - place) % axis.stride == 0 }
      return [taps.count]
        + taps.flatMap { tap in
          [tap, memory.before + place / axis.stride - tap * axis.step / axis.stride]
        }
    }
  }

  func workspace(threads: Int) -> Int { threads * memory.count }

  func bind(_ call: CallMemory, threads: Int) -> [Region] {
    let bound = Bound(self, call)
    let (bands, parts) = (bands, bands.parts)
    if parts == 1 {
      let slopes = Region("slopes", planes: planes, of: rows.size * columns.size) { planes, worker in
        bound.run(planes, rows: 0..<bands.count, worker)
      }
      return [slopes.computing("")]
    }
    let slopes = Region("slopes of bands", tiles: planes * parts) { tile, worker in
      bound.run(tile / parts..<tile / parts + 1, rows: bands[tile % parts], worker)
    }
    return [slopes.computing("")]
  }

  /// The memory of one call.
  private struct Bound {
    private let work: WindowGradient
    private let scratch: UnsafeMutablePointer<Float>
    private let micro: MicroKernels

    init(_ slopes: WindowSlopes, _ call: CallMemory) {
      (scratch, micro) = (call.workspace, slopes.micro)
      var work = WindowGradient(
        gradient: call.inputs[slopes.isMean ? 0 : 1], output: call.outputs[0], rows: slopes.rows,
        columns: slopes.columns, rowDivisors: slopes.rowDivisors.pointer,
        columnDivisors: slopes.columnDivisors.pointer, firstTaps: slopes.firstTaps.pointer,
        taps: slopes.taps.pointer, gathers: slopes.gathers.pointer, memory: slopes.memory, scratch: scratch)
      work.input = slopes.isMean ? nil : call.inputs[0]
      self.work = work
    }

    func run(_ planes: Range<Int>, rows: Range<Int>, _ worker: Int) {
      var work = work
      let first = planes.lowerBound * work.rows.size * work.columns.size
      work.input = work.input.map { $0 + first }
      work.gradient += planes.lowerBound * work.rows.outputs * work.columns.outputs
      work.output += first
      (work.planes, work.range) = (planes.count, rows)
      work.scratch = scratch + worker * work.memory.count
      micro.run(&work)
    }
  }
}
