import MicroKernelAPI
import Operators
import Tensors

/// The part of an image plane that a convolution reads, zero-padded, its columns split by the phase of the stride:
/// column x of the padded image lies in phase `x % stride` at place `x / stride`.
///
/// Thus tap (i, j) of output pixel x is found at `offset(i, j) + x` for every stride, padding and dilation.
struct Canvas: Sendable {
  let conv: Conv2D
  let image: (h: Int, w: Int)
  let output: (h: Int, w: Int)
  /// Floats between neighbouring places of different phases, rows and planes.
  let phase: Int
  let pitch: Int
  let plane: Int
  private let rows: Int
  /// Rows that a tap reads; the others are left as they are.
  private let runs: [Range<Int>]

  /// - Parameter slack: floats after each row that may be read beyond the last tap.
  init(_ conv: Conv2D, input: Shape, output: Shape, slack: Int) {
    self.conv = conv
    image = (input.h, input.w)
    self.output = (output.h, output.w)
    rows = (output.h - 1) * conv.stride.h + (conv.kernel.h - 1) * conv.dilation.h + 1
    let columns = (output.w - 1) * conv.stride.w + (conv.kernel.w - 1) * conv.dilation.w + 1
    phase = ceilDivide(columns, conv.stride.w)
    pitch = phase * conv.stride.w
    // A whole number of lines, and an odd one: planes at a power of two apart would share cache sets.
    plane = (ceilDivide(rows * pitch + slack, 16) | 1) * 16
    runs = Canvas.rowsRead(conv, outputRows: output.h)
  }

  private static func rowsRead(_ conv: Conv2D, outputRows: Int) -> [Range<Int>] {
    let read = Set(
      (0..<outputRows).flatMap { y in
        (0..<conv.kernel.h).map { i in y * conv.stride.h + i * conv.dilation.h }
      })
    return read.sorted().reduce(into: []) { runs, row in
      if let last = runs.last, last.upperBound == row {
        runs[runs.count - 1] = last.lowerBound..<row + 1
      } else {
        runs.append(row..<row + 1)
      }
    }
  }

  /// Whether the image itself would do; one with columns that no tap reads has other rows.
  var isImage: Bool {
    conv.padding.before == Pair(0) && conv.stride.w == 1 && pitch == image.w && rows <= image.h
  }

  /// Offset of tap (i, j) from the canvas row of an output row.
  func offset(_ i: Int, _ j: Int) -> Int {
    let column = j * conv.dilation.w
    return i * conv.dilation.h * pitch + column % conv.stride.w * phase + column / conv.stride.w
  }

  var taps: [Int] { (0..<conv.kernel.h).flatMap { i in (0..<conv.kernel.w).map { j in offset(i, j) } } }

  /// Taps of several channels.
  func taps(channels: Int) -> [Int] {
    (0..<channels).flatMap { c in taps.map { c * plane + $0 } }
  }

  /// Offset of an output row.
  func row(_ y: Int) -> Int { y * conv.stride.h * pitch }

  /// Copies one plane of the image.
  /// - Parameters:
  ///   - row: output row that the canvas begins with.
  ///   - column: output column that it begins with.
  func draw(
    _ source: UnsafePointer<Float>, row: Int = 0, column: Int = 0, into target: UnsafeMutablePointer<Float>,
    _ micro: MicroKernels
  ) {
    // Rows of the canvas above the image; negative where the canvas begins inside it.
    let above = conv.padding.top - row * conv.stride.h
    for run in runs {
      let (first, inside) = (run.lowerBound, run.clamped(to: above..<above + image.h))
      // Behind the last row lies what is read beyond the last tap.
      let end = run.upperBound == rows ? plane : run.upperBound * pitch
      guard !inside.isEmpty else {
        (target + first * pitch).update(repeating: 0, count: end - first * pitch)
        continue
      }
      var work = PadRows(
        input: source + (inside.lowerBound - above) * image.w, output: target + inside.lowerBound * pitch)
      work.rows = inside.count
      work.above = (inside.lowerBound - first) * pitch
      work.below = end - inside.upperBound * pitch
      drawRows(work, padding: conv.padding.left - column * conv.stride.w, micro)
    }
  }

  /// The rows that `rows` tells the place of, each phase after the other.
  private func drawRows(_ rows: PadRows, padding: Int, _ micro: MicroKernels) {
    let stride = conv.stride.w
    for p in 0..<stride {
      // Places whose column p + place · stride − padding lies inside the image.
      let first = min(phase, max(0, ceilDivide(padding - p, stride)))
      let last = min(phase, max(first, ceilDivide(image.w + padding - p, stride)))
      var work = rows
      work.input += p + first * stride - padding
      work.output += p * phase
      work.step = stride
      work.inputStride = image.w
      work.outputStride = pitch
      work.width = phase
      work.before = first
      work.count = last - first
      // Zeros around the rows are those of all phases.
      if p > 0 { (work.above, work.below) = (0, 0) }
      micro.run(&work)
    }
  }
}
