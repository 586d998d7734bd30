import Kernels
import Operators
import Tensors

/// Parts of the output whose input stays in a core's second cache, each with a canvas of its own: for images whose rows are
/// longer than that. Neighbouring areas draw the rows and columns between them twice.
struct Areas: Sendable {
  let canvas: Canvas
  private let rows: Partition
  private let columns: Partition

  /// Floats of a canvas, all channels.
  private static let near = 64 << 10
  /// Output rows of an area at most.
  private static let height = 8

  /// Nil where the rows that an output row reads are near enough.
  init?(_ task: ConvolutionTask, slack: Int) {
    let (conv, input, output) = (task.conv, task.input, task.output)
    let window = (conv.kernel.h - 1) * conv.dilation.h + 1
    guard input.c * window * input.w > 2 * Self.near else { return nil }
    let height = min(output.h, Self.height)
    let read = (height - 1) * conv.stride.h + window
    let width = max(4 * task.micro.pixelTile, Self.near / (input.c * read * conv.stride.w))
    rows = Partition(count: output.h, parts: ceilDivide(output.h, height))
    columns = Partition(count: output.w, parts: ceilDivide(output.w, width))
    let widest = ceilDivide(output.w, columns.parts)
    let highest = ceilDivide(output.h, rows.parts)
    canvas = Canvas(conv, input: input, output: Shape(1, 1, highest, widest), slack: slack)
  }

  var count: Int { rows.parts * columns.parts }

  subscript(index: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    (rows[index / columns.parts], columns[index % columns.parts])
  }
}

extension ConvolutionTask {
  /// Computes one area of an image's output after the other: each is drawn into a canvas of the worker's own.
  /// - Parameter convolve: takes the area, the drawn channels as if they were those of the whole image, and scratch memory.
  func convolve(
    _ image: Image, _ areas: Areas, _ scratch: WorkerScratch,
    _ convolve:
      @escaping (
        _ rows: Range<Int>, _ columns: Range<Int>, _ source: UnsafePointer<Float>,
        _ scratch: UnsafeMutablePointer<Float>
      ) -> Void
  ) -> Region {
    let canvas = areas.canvas
    return Region("convolve areas", tiles: areas.count) { tile, worker in
      let (area, drawn) = (areas[tile], scratch.rest + worker * input.c * canvas.plane)
      draw(canvas, image, area, into: drawn)
      let origin = drawn - canvas.row(area.rows.lowerBound) - area.columns.lowerBound
      convolve(area.rows, area.columns, origin, scratch[worker])
    }.computing("")
  }
}
