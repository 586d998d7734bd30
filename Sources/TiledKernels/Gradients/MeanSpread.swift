import Kernels
import MicroKernelAPI
import Operators

/// Gradients of means over windows that differ: the shares of a row of windows are added up along one row, and that is added to
/// all rows that the windows have.
struct MeanSpread: Prepared {
  private let planes: Int
  private let plane: Int
  private let width: Int
  private let dilation: Pair
  private let rows: Constants<PoolWindow>
  private let columns: Constants<PoolWindow>
  private let micro: MicroKernels

  init(_ geometry: PoolGeometry, _ micro: MicroKernels) {
    (planes, plane, width) = (geometry.planes, geometry.plane, geometry.width)
    (dilation, self.micro) = (geometry.dilation, micro)
    (rows, columns) = (Constants(geometry.rows), Constants(geometry.columns))
  }

  /// A row for each worker.
  func workspace(threads: Int) -> Int { threads * width }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let (gradient, output, lines) = (memory.inputs[0], memory.outputs[0], memory.workspace)
    let (plane, width, windows) = (plane, width, rows.count * columns.count)
    return [
      Region("spread", planes: planes, of: plane) { planes, worker in
        for index in planes {
          spread(
            gradient + index * windows, into: output + index * plane, line: lines + worker * width)
        }
      }.computing("")
    ]
  }

  private func spread(
    _ gradient: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>,
    line: UnsafeMutablePointer<Float>
  ) {
    output.update(repeating: 0, count: plane)
    for r in 0..<rows.count {
      let row = rows.pointer[r]
      share(gradient + r * columns.count, divisor: row.divisor, line)
      for i in 0..<row.count {
        let target = output + (row.first + i * dilation.h) * width
        var work = Elementwise(.add, input: target, output: target, count: width)
        work.second = UnsafePointer(line)
        micro.run(&work)
      }
    }
  }

  /// What a row of windows has for each column.
  private func share(_ gradient: UnsafePointer<Float>, divisor: Int, _ line: UnsafeMutablePointer<Float>) {
    line.update(repeating: 0, count: width)
    for c in 0..<columns.count {
      let column = columns.pointer[c]
      let share = gradient[c] / Float(divisor * column.divisor)
      var at = column.first
      for _ in 0..<column.count {
        line[at] += share
        at += dilation.w
      }
    }
  }
}
