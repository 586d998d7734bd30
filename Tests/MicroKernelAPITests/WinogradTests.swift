import Kernels
import MicroKernelAPI
import Testing

/// The steps of Winograd's convolution. Flaws they would catch: an entry of a matrix, rows and columns exchanged, a tile that takes
/// its neighbour's pixels, a block of channels left out of a sum.
@Suite struct WinogradTests {
  /// A filter of three taps at the points of m + 2 values: 0, ±1, ±2, ±½ and infinity, each over the product of its distances to the
  /// others (Lavin and Gray, 2016), times a power of two that the transform of the values leaves out.
  private static func transformed(_ g: [Double], _ size: Int) -> [Double] {
    let halves = { (a: Double, b: Double, c: Double) in a * g[0] + b * g[1] + c * g[2] }
    switch size {
    case 2: return [g[0], halves(0.5, 0.5, 0.5), halves(0.5, -0.5, 0.5), g[2]]
    case 4:
      return [
        g[0] / 4, -halves(1, 1, 1) / 6, -halves(1, -1, 1) / 6, halves(1, 2, 4) / 24, halves(1, -2, 4) / 24,
        g[2],
      ]
    default:
      return [
        g[0], -halves(2, 2, 2) / 9, -halves(2, -2, 2) / 9, halves(1, 2, 4) / 90, halves(1, -2, 4) / 90,
        halves(32, 16, 8) / 45, halves(32, -16, 8) / 45, g[2],
      ]
    }
  }

  /// Both transforms around the product with one filter are the plain sum, for every lane of every tile.
  @Test(arguments: availableISAs, [2, 4, 6])
  func transformsAreAConvolution(isa: ISA, size: Int) throws {
    let (memory, micro) = (TestMemory(), isa.microKernels)
    let (lanes, points, tiles) = (micro.lanes, size + 2, 3)
    let (width, rowStride) = (tiles * size + 2, (tiles * size + 3) * lanes)
    let x = try memory.values(points * rowStride)
    let pointStride = tiles * lanes + 16
    let transformed = try memory.output(points * points * pointStride)
    let scratch = try memory.scratch(points * points * lanes)
    var input = WinogradInput(input: x, output: transformed, scratch: scratch)
    (input.rowStride, input.pointStride, input.tiles, input.size) = (rowStride, pointStride, tiles, size)
    micro.run(&input)

    let filter: [[Double]] = [[1, -2, 3], [0, 4, -1], [2, 1, -3]]
    let columns = (0..<3).map { x in Self.transformed(filter.map { $0[x] }, size) }
    for i in 0..<points {
      let row = Self.transformed(columns.map { $0[i] }, size)
      for j in 0..<points {
        for k in 0..<tiles * lanes { transformed[(i * points + j) * pointStride + k] *= Float(row[j]) }
      }
    }
    let bias = try memory.values(lanes, seed: 3)
    let outputStride = (tiles * size + 1) * lanes
    let total = (size - 1) * outputStride + tiles * size * lanes
    let output = try memory.output(total)
    var back = WinogradOutput(input: transformed, bias: bias, output: output, scratch: scratch)
    (back.pointStride, back.tileStride, back.rowStride) = (pointStride, lanes, outputStride)
    (back.tiles, back.size, back.relu) = (tiles, size, true)
    let found = memory.result(of: back, isa, at: output, total)
    // Values up to 4 times taps up to 4, amplified by at most 46 (see WinogradMatrices), with room for a hundred roundings.
    let bound = Float(144 * 46) * 100 * 0x1p-24
    for y in 0..<size {
      for p in 0..<width - 2 {
        for lane in 0..<lanes {
          let sum = (0..<9).reduce(Double(bias[lane])) { sum, t in
            sum + Double(x[(y + t / 3) * rowStride + (p + t % 3) * lanes + lane]) * filter[t / 3][t % 3]
          }
          let error = abs(found[y * outputStride + p * lanes + lane] - Float(max(sum, 0)))
          #expect(error <= bound, "row \(y), pixel \(p), lane \(lane), \(isa)")
        }
      }
    }
  }

  @Test(arguments: availableISAs)
  func blockedProducts(isa: ISA) throws {
    let micro = isa.microKernels
    for pixels in 1...(2 * micro.pixelTile + 1) {
      let (memory, lanes, blocks) = (TestMemory(), micro.lanes, 3)
      let stride = (pixels + 1) * lanes
      let x = try memory.values((blocks - 1) * stride + pixels * lanes)
      let weights = try memory.values(blocks * lanes * micro.outputBlock, seed: 2)
      let total = pixels * micro.outputBlock
      let output = try memory.output(total)
      var work = BlockedProducts(input: x, weights: weights, output: output)
      (work.blockStride, work.blocks, work.pixels) = (stride, blocks, pixels)
      var expected = [Float](repeating: 0, count: total)
      for p in 0..<pixels {
        for c in 0..<blocks * lanes {
          let value = x[c / lanes * stride + p * lanes + c % lanes]
          for o in 0..<micro.outputBlock {
            expected[p * micro.outputBlock + o] += value * weights[c * micro.outputBlock + o]
          }
        }
      }
      #expect(memory.result(of: work, isa, at: output, total) == expected, "\(pixels) pixels, \(isa)")
    }
  }
}
