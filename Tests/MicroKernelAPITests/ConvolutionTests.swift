import Kernels
import MicroKernelAPI
import Testing

/// The register blocks of convolutions and dense layers. Flaws they would catch: an accumulator too few, channels and pixels
/// exchanged on their way out, an epilogue on the wrong element, reading beyond the last pixel.
@Suite struct ConvolutionTests {
  /// How a tile's pixels lie.
  enum Store: CaseIterable { case byChannel, byPixel, scattered }

  @Test(arguments: availableISAs, Store.allCases)
  func convTile(isa: ISA, store: Store) throws {
    let micro = isa.microKernels
    let lanes = micro.lanes
    for pixels in 1...micro.pixelTile {
      for outputs in Set([1, 3, 4, lanes - 1, lanes, lanes + 1, lanes + 4, 2 * lanes]) {
        for hasEpilogue in [false, true] {
          try checkTile(isa, store, pixels, outputs, hasEpilogue: hasEpilogue)
        }
      }
    }
  }

  private func checkTile(
    _ isa: ISA, _ store: Store, _ pixels: Int, _ outputs: Int, hasEpilogue: Bool
  ) throws {
    let (memory, micro) = (TestMemory(), isa.microKernels)
    let (channels, block, taps) = (3, micro.outputBlock, [0, 2, 5])
    // Scattered pixels lie two apart, and are stored in the opposite order.
    let pitch = store == .scattered ? 2 : 1
    let channelStride = (pixels - 1) * pitch + 6
    let x = try memory.values(channels * channelStride)
    let weights = try memory.values(channels * taps.count * block, seed: 2)
    let bias = try memory.values(block, seed: 3)
    let (outputChannel, outputPixel) = store == .byPixel ? (1, outputs + 2) : (pixels + 1, 1)
    let total = (outputs - 1) * outputChannel + (pixels - 1) * outputPixel + 1
    let output = try memory.output(total)
    var tile = ConvTile(
      input: x, taps: try memory.numbers(taps), weights: weights, bias: bias, output: output,
      scratch: try memory.scratch(micro.scratch))
    (tile.channels, tile.channelStride, tile.tapCount) = (channels, channelStride, taps.count)
    (tile.outputChannelStride, tile.outputPixelStride) = (outputChannel, outputPixel)
    (tile.outputs, tile.pixels) = (outputs, pixels)
    if store == .scattered {
      tile.inputOffsets = try memory.numbers((0..<pixels).map { 2 * $0 })
      tile.outputOffsets = try memory.numbers((0..<pixels).map { pixels - 1 - $0 })
    }
    if hasEpilogue {
      tile.epilogue = TileEpilogue(residual: UnsafePointer(try memory.values(total, seed: 4)), relu: true)
    }
    var expected = [Float](repeating: TestMemory.untouched, count: total)
    for o in 0..<outputs {
      for p in 0..<pixels {
        var sum = bias[o]
        for c in 0..<channels {
          for (t, tap) in taps.enumerated() {
            sum += x[c * channelStride + tap + p * pitch] * weights[(c * taps.count + t) * block + o]
          }
        }
        let place = store == .scattered ? pixels - 1 - p : p
        let at = o * outputChannel + place * outputPixel
        expected[at] = finished(sum, tile.epilogue.residual?[at], relu: hasEpilogue)
      }
    }
    #expect(
      memory.result(of: tile, isa, at: output, total) == expected,
      "\(pixels) pixels × \(outputs) channels, \(store), epilogue \(hasEpilogue), \(isa)")
  }

  /// Channels in blocks, the last one not whole.
  @Test(arguments: availableISAs, [1, 2])
  func channelBlocks(isa: ISA, step: Int) throws {
    let lanes = isa.microKernels.lanes
    for outputs in [lanes - 1, lanes, lanes + 1, 2 * lanes] {
      try checkBlocks(isa, step: step, outputs: outputs)
    }
  }

  private func checkBlocks(_ isa: ISA, step: Int, outputs: Int) throws {
    let micro = isa.microKernels
    let (lanes, block, taps) = (micro.lanes, micro.outputBlock, [0, 1, 4])
    let channels = lanes + 3
    for pixels in 1...micro.pixelTile {
      let memory = TestMemory()
      let channelStride = ((pixels - 1) * step + 5) * lanes
      let x = try memory.values(2 * channelStride)
      let weights = try memory.values(channels * taps.count * block, seed: 2)
      let bias = try memory.values(block, seed: 3)
      let output = try memory.output(outputs * pixels)
      var tile = ConvTile(
        input: x, taps: try memory.numbers(taps.map { $0 * lanes }), weights: weights, bias: bias,
        output: output, scratch: try memory.scratch(micro.scratch))
      (tile.channels, tile.channelStride, tile.tapCount) = (channels, channelStride, taps.count)
      (tile.pixelStep, tile.outputChannelStride) = (step, pixels)
      (tile.outputs, tile.pixels) = (outputs, pixels)
      var expected: [Float] = []
      for o in 0..<outputs {
        for p in 0..<pixels {
          var (sum, row) = (bias[o], weights)
          for first in stride(from: 0, to: channels, by: lanes) {
            for tap in taps {
              for c in 0..<min(lanes, channels - first) {
                sum += x[first / lanes * channelStride + (tap + p * step) * lanes + c] * row[o]
                row += block
              }
            }
          }
          expected.append(sum)
        }
      }
      #expect(
        memory.result(of: tile, isa, at: output, outputs * pixels) == expected,
        "\(pixels) pixels, \(step) apart × \(outputs) channels, \(isa)")
    }
  }

  @Test(arguments: availableISAs, [false, true])
  func pointTile(isa: ISA, isPanel: Bool) throws {
    let micro = isa.microKernels
    let lanes = micro.lanes
    for outputs in 1...micro.pointBlock {
      for pixels in Set([1, 3, lanes - 1, lanes, lanes + 1, 2 * lanes - 1, 2 * lanes]) {
        let memory = TestMemory()
        let (channels, copies, block) = (5, micro.weightCopies, min(outputs + 1, micro.pointBlock))
        let channelStride = isPanel ? 2 * lanes : 2 * lanes + 3
        let x = try memory.values((channels - 1) * channelStride + 2 * lanes)
        let weights = try memory.values(channels * block, seed: 2)
        let packed = try memory.floats(
          (0..<channels * block).flatMap { [Float](repeating: weights[$0], count: copies) })
        let bias = try memory.values(block, seed: 3)
        let outputStride = pixels + 2
        let total = (outputs - 1) * outputStride + pixels
        let output = try memory.output(total)
        var tile = PointTile(
          input: x, weights: packed, bias: bias, output: output, scratch: try memory.scratch(micro.scratch))
        (tile.channels, tile.channelStride, tile.outputChannelStride) = (
          channels, channelStride, outputStride
        )
        (tile.block, tile.outputs, tile.pixels) = (block, outputs, pixels)
        let hasEpilogue = (outputs + pixels) % 2 == 0
        if hasEpilogue {
          tile.epilogue = TileEpilogue(residual: UnsafePointer(try memory.values(total, seed: 4)), relu: true)
        }
        var expected = [Float](repeating: TestMemory.untouched, count: total)
        for o in 0..<outputs {
          for p in 0..<pixels {
            let at = o * outputStride + p
            let sum = (0..<channels).reduce(bias[o]) {
              $0 + x[$1 * channelStride + p] * weights[$1 * block + o]
            }
            expected[at] = finished(sum, tile.epilogue.residual?[at], relu: hasEpilogue)
          }
        }
        #expect(
          memory.result(of: tile, isa, at: output, total) == expected,
          "\(outputs) channels × \(pixels) pixels, panel \(isPanel), \(isa)")
      }
    }
  }

  @Test(arguments: availableISAs)
  func convRow(isa: ISA) throws {
    let lanes = isa.microKernels.lanes
    for (block, outputs) in [(1, 1), (2, 1), (2, 2), (4, 3), (4, 4), (6, 5), (6, 6)] {
      // Few taps, and more than stay in the nearest cache at once.
      for taps in [3, 130] {
        for width in Set([1, lanes - 1, lanes, lanes + 1, 4 * lanes, 9 * lanes + 2]) {
          try checkRow(isa, block: block, outputs, taps: taps, width: width)
        }
      }
    }
  }

  private func checkRow(_ isa: ISA, block: Int, _ outputs: Int, taps count: Int, width: Int) throws {
    let (memory, micro, rows) = (TestMemory(), isa.microKernels, 3)
    let taps = (0..<count).map { $0 % 5 + $0 / 5 * 2 }
    let inputStride = width + 1
    let reach = 4 * micro.lanes + (taps.last ?? 0) + 5
    let x = try memory.values((rows - 1) * inputStride + width + reach)
    let weights = try memory.values(count * block, seed: 2)
    let packed = try memory.floats(
      (0..<count * block).flatMap { [Float](repeating: weights[$0], count: micro.weightCopies) })
    let bias = try memory.values(block, seed: 3)
    let (rowStride, channelStride) = (width + 2, rows * (width + 2) + 1)
    let total = (outputs - 1) * channelStride + (rows - 1) * rowStride + width
    let output = try memory.output(total)
    var row = ConvRow(
      input: x, taps: try memory.numbers(taps), weights: packed, bias: bias, output: output,
      scratch: try memory.scratch(micro.scratch))
    (row.inputRowStride, row.tapCount, row.block, row.outputs) = (inputStride, count, block, outputs)
    (row.outputRowStride, row.outputChannelStride) = (rowStride, channelStride)
    (row.rows, row.width) = (rows, width)
    let hasEpilogue = width % 2 == 0
    if hasEpilogue {
      row.epilogue = TileEpilogue(residual: UnsafePointer(try memory.values(total, seed: 4)), relu: true)
    }
    var expected = [Float](repeating: TestMemory.untouched, count: total)
    for o in 0..<outputs {
      for y in 0..<rows {
        for p in 0..<width {
          let at = o * channelStride + y * rowStride + p
          let sum = (0..<count).reduce(bias[o]) {
            $0 + x[y * inputStride + taps[$1] + p] * weights[$1 * block + o]
          }
          expected[at] = finished(sum, row.epilogue.residual?[at], relu: hasEpilogue)
        }
      }
    }
    #expect(
      memory.result(of: row, isa, at: output, total) == expected,
      "\(outputs) of \(block) channels, \(count) taps, rows of \(width), \(isa)")
  }

  @Test(arguments: availableISAs)
  func dotTile(isa: ISA) throws {
    let lanes = isa.microKernels.lanes
    for count in [lanes, lanes + 1, 4 * lanes - 1, 5 * lanes + 3, 5000] {
      for rows in [1, 2, 3, 4, 5] {
        for outputs in [1, 2, 3, 4, 5, 7] {
          let memory = TestMemory()
          let (rowStride, weightStride) = (count + 1, count + 2)
          let x = try memory.values((rows - 1) * rowStride + count)
          let weights = try memory.values((outputs - 1) * weightStride + count, seed: 2)
          let bias = try memory.values(outputs, seed: 3)
          let (outputRow, outputStride) = (2 * outputs + 1, 2)
          let total = (rows - 1) * outputRow + (outputs - 1) * outputStride + 1
          let output = try memory.output(total)
          var tile = DotTile(input: x, weights: weights, bias: bias, output: output)
          (tile.rowStride, tile.rows, tile.weightStride) = (rowStride, rows, weightStride)
          (tile.outputs, tile.count) = (outputs, count)
          (tile.outputRowStride, tile.outputStride) = (outputRow, outputStride)
          let hasEpilogue = rows % 2 == 0
          if hasEpilogue {
            tile.epilogue = TileEpilogue(
              residual: UnsafePointer(try memory.values(total, seed: 4)), relu: true)
          }
          var expected = [Float](repeating: TestMemory.untouched, count: total)
          for r in 0..<rows {
            for o in 0..<outputs {
              let at = r * outputRow + o * outputStride
              let sum = (0..<count).reduce(bias[o]) {
                $0 + x[r * rowStride + $1] * weights[o * weightStride + $1]
              }
              expected[at] = finished(sum, tile.epilogue.residual?[at], relu: hasEpilogue)
            }
          }
          #expect(
            memory.result(of: tile, isa, at: output, total) == expected,
            "\(rows) rows × \(outputs) outputs of \(count), \(isa)")
        }
      }
    }
  }

  @Test(arguments: availableISAs, [1, 2])
  func convPlanes(isa: ISA, stride: Int) throws {
    let lanes = isa.microKernels.lanes
    for planes in Set([1, 2, 3, lanes - 1, lanes]) where planes > 0 {
      for hasEpilogue in [false, true] {
        let memory = TestMemory()
        let (height, width, kernel) = (4, 5, 3)
        let rows = TestWindows(height, kernel: kernel, stride: stride, padding: 1)
        let columns = TestWindows(width, kernel: kernel, stride: stride, padding: 1)
        let (plane, pixels) = (height * width, rows.count * columns.count)
        let x = try memory.values(planes * plane)
        let weights = try memory.values(kernel * kernel * lanes, seed: 2)
        let bias = try memory.values(lanes, seed: 3)
        let outputStride = pixels + 1
        let total = (planes - 1) * outputStride + pixels
        let output = try memory.output(total)
        var work = ConvPlanes(
          input: x, output: output, rows: try rows.taps(memory), columns: try columns.taps(memory),
          weights: weights, bias: bias, scratch: try memory.scratch(lanes * (plane + pixels)))
        (work.planes, work.planeStride, work.width, work.inputRows) = (planes, plane, width, height)
        (work.kernelWidth, work.outputPlaneStride) = (kernel, outputStride)
        if hasEpilogue {
          work.epilogue = TileEpilogue(residual: UnsafePointer(try memory.values(total, seed: 4)), relu: true)
        }
        var expected = [Float](repeating: TestMemory.untouched, count: total)
        for c in 0..<planes {
          for p in 0..<pixels {
            var sum = bias[c]
            for t in 0..<kernel * kernel {
              guard let y = rows.place(p / columns.count, t / kernel),
                let x0 = columns.place(p % columns.count, t % kernel)
              else { continue }
              sum += x[c * plane + y * width + x0] * weights[t * lanes + c]
            }
            let at = c * outputStride + p
            expected[at] = finished(sum, work.epilogue.residual?[at], relu: hasEpilogue)
          }
        }
        #expect(
          memory.result(of: work, isa, at: output, total) == expected,
          "\(planes) planes, stride \(stride), epilogue \(hasEpilogue), \(isa)")
      }
    }
  }
}
