import Kernels
import MicroKernelAPI
import Testing

/// Rows of planes of a depthwise convolution. Flaws they would catch: a row at the end of a plane that is left out or computed from
/// other rows, a column beside the image that counts, an odd column in place of an even one, a row that overwrites the next one's
/// values or those of a plane that the call does not compute, weights of another plane, an epilogue on the wrong element.
@Suite struct DepthwiseTests {
  /// Kernel, stride and dilation: windows with loops of their own, and others.
  static let windows = [
    Window((3, 3)), Window((3, 3), stride: 2), Window((5, 5)), Window((5, 5), stride: 2), Window((7, 7)),
    Window((7, 7), stride: 2), Window((3, 3), dilation: 2), Window((3, 3), stride: 2, dilation: 3),
    Window((1, 4)), Window((6, 1)),
  ]

  struct Window: CustomStringConvertible {
    let kernel: (height: Int, width: Int)
    let stride: Int
    let dilation: Int

    init(_ kernel: (Int, Int), stride: Int = 1, dilation: Int = 1) {
      (self.kernel, self.stride, self.dilation) = (kernel, stride, dilation)
    }

    var description: String { "\(kernel.height)×\(kernel.width), stride \(stride), dilation \(dilation)" }
  }

  @Test(arguments: availableISAs, windows)
  func depthwiseRows(isa: ISA, window: Window) throws {
    let lanes = isa.microKernels.lanes
    for rows in [1, 2, 4, 5, 7, 9, 15] {
      for width in Set([1, 2, 3, lanes - 1, lanes, lanes + 1, 2 * lanes, 3 * lanes + 3]) {
        try check(isa, window, rows, width, padding: (rows + width) % 3)
      }
    }
  }

  /// All rows of three planes, or a band of rows of one.
  private func check(_ isa: ISA, _ window: Window, _ rows: Int, _ outputWidth: Int, padding: Int) throws {
    let (memory, micro) = (TestMemory(), isa.microKernels)
    let (kernel, stride, dilation) = (window.kernel, window.stride, window.dilation)
    let isBand = rows % 2 == 0
    let planes = isBand ? 1 : 3
    // Some windows reach beyond the image on every side.
    let width = max(1, (outputWidth - 1) * stride + (kernel.width - 1) * dilation - padding)
    let height = max(1, (rows - 1) * stride + (kernel.height - 1) * dilation - padding)
    let end = stride * max(outputWidth, micro.lanes) + (kernel.width - 1) * dilation - padding
    let after = max(0, end - width)
    let x = try memory.values(padding + planes * height * width + after) + padding
    let taps = kernel.height * kernel.width
    let (weights, bias) = (try memory.values(planes * taps, seed: 2), try memory.values(planes, seed: 3))
    let zeros = try memory.filled(padding + width + after, with: 0) + padding
    // A band's neighbours are another call's.
    let total = planes * rows * outputWidth + (isBand ? outputWidth : 0)
    let output = try memory.output(total)
    var work = DepthwiseRows(
      input: x, zeros: zeros, weights: weights, bias: bias, output: output,
      scratch: try memory.scratch(micro.scratch))
    (work.planes, work.planeStride) = (planes, height * width)
    (work.height, work.width, work.firstRow) = (height, width, -padding)
    (work.rowStride, work.stride, work.padding) = (stride, stride, padding)
    (work.kernel, work.rowStep, work.columnStep) = (kernel, dilation, dilation)
    (work.rows, work.outputWidth) = (rows, outputWidth)
    work.outputPlaneStride = isBand ? total : rows * outputWidth
    let hasEpilogue = (rows + outputWidth) % 2 == 0
    if hasEpilogue {
      work.epilogue = TileEpilogue(residual: UnsafePointer(try memory.values(total, seed: 4)), relu: true)
    }
    var expected = [Float](repeating: TestMemory.untouched, count: total)
    for at in 0..<planes * rows * outputWidth {
      let (plane, y, column) = (at / outputWidth / rows, at / outputWidth % rows, at % outputWidth)
      var sum = bias[plane]
      for tap in 0..<taps {
        let row = y * stride + tap / kernel.width * dilation - padding
        let place = column * stride + tap % kernel.width * dilation - padding
        guard (0..<height).contains(row), (0..<width).contains(place) else { continue }
        sum += x[(plane * height + row) * width + place] * weights[plane * taps + tap]
      }
      expected[at] = finished(sum, work.epilogue.residual?[at], relu: hasEpilogue)
    }
    #expect(
      memory.result(of: work, isa, at: output, total) == expected,
      "\(window), \(rows) rows of \(outputWidth), padding \(padding), \(isa)")
  }
}
