import Kernels
import MicroKernelAPI
import Testing

/// Pools by rows and by planes. Flaws they would catch: a window that reaches too far at an edge, the divisor of another window,
/// a plane whose rows continue in the next.
@Suite struct PoolTests {
  struct Geometry: CustomTestStringConvertible, Sendable {
    let kernel: Int
    let step: Int
    let stride: Int
    let padding: Int
    var testDescription: String { "\(kernel) by \(step), stride \(stride), padding \(padding)" }
  }

  static let geometries = [
    Geometry(kernel: 1, step: 1, stride: 1, padding: 0), Geometry(kernel: 3, step: 1, stride: 1, padding: 1),
    Geometry(kernel: 2, step: 1, stride: 2, padding: 0), Geometry(kernel: 3, step: 1, stride: 2, padding: 1),
    Geometry(kernel: 3, step: 2, stride: 1, padding: 2), Geometry(kernel: 3, step: 1, stride: 3, padding: 0),
    Geometry(kernel: 7, step: 1, stride: 2, padding: 3),
  ]

  @Test(arguments: geometries, [false, true])
  func rows(geometry: Geometry, isMean: Bool) throws {
    for isa in availableISAs {
      let lanes = isa.microKernels.lanes
      for width in Set([7, 8, lanes, lanes + 1, 2 * lanes + 7, 4 * lanes + 3]) where width >= 7 {
        let (memory, pool) = (TestMemory(), TestPool(9, width, geometry, planes: 3, isMean: isMean))
        let x = try memory.values(pool.planes * pool.plane)
        let output = try memory.output(pool.total)
        let read = (pool.columns.count - 1) * geometry.stride + (geometry.kernel - 1) * geometry.step + 1
        let count = max(read, geometry.padding + width) + (geometry.stride + 1) * 2 * lanes
        let lines = 4
        var work = PoolRows(
          input: x, output: output, rows: try pool.rows.pool(memory), columns: try pool.columns.pool(memory),
          scratch: try memory.scratch(lines * count + lines + 3))
        (work.planes, work.planeStride, work.rowStride) = (pool.planes, pool.plane, width)
        (work.width, work.padding, work.isMean) = (width, geometry.padding, isMean)
        (work.window, work.step, work.stride) = (geometry.kernel, geometry.step, geometry.stride)
        (work.outputStride, work.scratchCount, work.lines) = (pool.columns.count, count, lines)
        let expected = pool.expected(x)
        #expect(
          memory.result(of: work, isa, at: output, pool.total) == expected, "rows of \(width), \(isa)")
      }
    }
  }

  @Test(arguments: geometries, [false, true])
  func planes(geometry: Geometry, isMean: Bool) throws {
    for isa in availableISAs {
      let lanes = isa.microKernels.lanes
      for (planes, combinesFirst) in [
        (1, false), (2, false), (lanes - 1, false), (lanes, false), (2 * lanes + 1, false), (1, true),
        (lanes + 1, true),
      ] {
        let (memory, pool) = (TestMemory(), TestPool(8, 7, geometry, planes: planes, isMean: isMean))
        let x = try memory.values(planes * pool.plane)
        let output = try memory.output(pool.total)
        let pixels = pool.rows.count * pool.columns.count
        let floats =
          combinesFirst
          ? pool.rows.count * (7 + pool.columns.count) : pool.plane + 7 + pixels
        var work = PoolPlanes(
          input: x, output: output, rows: try pool.rows.pool(memory), columns: try pool.columns.pool(memory),
          scratch: try memory.scratch(lanes * floats))
        (work.planes, work.planeStride, work.width) = (planes, pool.plane, 7)
        (work.inputRows, work.isMean, work.outputPlaneStride) = (8, isMean, pixels)
        (work.combinesFirst, work.reach, work.readable) = (combinesFirst, 7, pool.plane)
        let expected = pool.expected(x)
        #expect(
          memory.result(of: work, isa, at: output, pool.total) == expected,
          "\(planes) planes, rows first \(combinesFirst), \(isa)")
      }
    }
  }
}

/// A pool of planes by its formula.
private struct TestPool {
  let rows: TestWindows
  let columns: TestWindows
  let planes: Int
  let isMean: Bool

  init(_ height: Int, _ width: Int, _ g: PoolTests.Geometry, planes: Int, isMean: Bool) {
    rows = TestWindows(height, kernel: g.kernel, step: g.step, stride: g.stride, padding: g.padding)
    columns = TestWindows(width, kernel: g.kernel, step: g.step, stride: g.stride, padding: g.padding)
    self.planes = planes
    self.isMean = isMean
  }

  var plane: Int { rows.size * columns.size }
  var total: Int { planes * rows.count * columns.count }

  func expected(_ x: UnsafeMutablePointer<Float>) -> [Float] {
    (0..<total).map { at in
      let (p, pixel) = (at / (rows.count * columns.count), at % (rows.count * columns.count))
      let (i, j) = (pixel / columns.count, pixel % columns.count)
      let values = (0..<rows.kernel).flatMap { ky in
        (0..<columns.kernel).compactMap { kx -> Float? in
          guard let y = rows.place(i, ky), let x0 = columns.place(j, kx) else { return nil }
          return x[p * plane + y * columns.size + x0]
        }
      }
      if !isMean { return values.max() ?? -.infinity }
      return values.reduce(0, +) / (rows.divisor(i) * columns.divisor(j))
    }
  }
}
