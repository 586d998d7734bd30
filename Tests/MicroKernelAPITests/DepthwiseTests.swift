import Kernels
import MicroKernelAPI
import Testing

/// Rows of a plane of a depthwise convolution. Flaws they would catch: a row at the end of a plane that is left out or computed from
/// other rows, a phase of the stride exchanged with another, a pixel too many stored, an epilogue on the wrong element.
@Suite struct DepthwiseTests {
  /// Windows with loops of their own, and others.
  static let windows = [(3, 1), (3, 2), (5, 1), (5, 2), (7, 1), (7, 2), (2, 1), (1, 3)]

  @Test(arguments: availableISAs, windows)
  func depthwiseRows(isa: ISA, window: (side: Int, stride: Int)) throws {
    let lanes = isa.microKernels.lanes
    for rows in [1, 2, 4, 5, 7] {
      for width in Set([1, lanes - 1, lanes, lanes + 5, 2 * lanes, 3 * lanes + 3]) {
        for isListed in [false, true] {
          try check(isa, window.side, window.stride, rows, width, isListed: isListed)
        }
      }
    }
  }

  /// - Parameter isListed: taps by their offsets alone.
  private func check(_ isa: ISA, _ side: Int, _ stride: Int, _ rows: Int, _ width: Int, isListed: Bool) throws
  {
    let (memory, micro) = (TestMemory(), isa.microKernels)
    let phase = width + side + 3
    let pitch = stride * phase + 2
    let taps = (0..<side * side).map { $0 / side * pitch + $0 % side % stride * phase + $0 % side / stride }
    let reach = ((rows - 1) * stride + side) * pitch + 4 * micro.lanes
    let x = try memory.values(reach)
    let weights = try memory.values(taps.count, seed: 2)
    let outputPitch = width + 2
    let total = (rows - 1) * outputPitch + width
    let output = try memory.output(total)
    var work = DepthwiseRows(
      input: x, taps: try memory.numbers(taps), weights: weights, output: output,
      scratch: try memory.scratch(micro.scratch))
    (work.pitch, work.phase, work.stride, work.tapCount) = (pitch, phase, stride, taps.count)
    (work.side, work.bias, work.outputPitch) = (isListed ? 0 : side, 3, outputPitch)
    (work.rows, work.width) = (rows, width)
    let hasEpilogue = (rows + width) % 2 == 0
    if hasEpilogue {
      work.epilogue = TileEpilogue(residual: UnsafePointer(try memory.values(total, seed: 4)), relu: true)
    }
    var expected = [Float](repeating: TestMemory.untouched, count: total)
    for y in 0..<rows {
      for p in 0..<width {
        let sum = taps.indices.reduce(3) { $0 + x[y * stride * pitch + taps[$1] + p] * weights[$1] }
        let at = y * outputPitch + p
        expected[at] = finished(sum, work.epilogue.residual?[at], relu: hasEpilogue)
      }
    }
    #expect(
      memory.result(of: work, isa, at: output, total) == expected,
      "\(side)×\(side), stride \(stride), \(rows) rows of \(width), \(isa)")
  }
}
