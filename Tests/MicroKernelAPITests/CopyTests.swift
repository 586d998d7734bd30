import Kernels
import MicroKernelAPI
import Testing

/// Micro-kernels that move values. Flaws they would catch: exchanged strides, a square moved back too far, zeros that are missing
/// or one too many, reading beyond the last value that a step takes.
@Suite struct CopyTests {
  @Test(arguments: availableISAs)
  func padRows(isa: ISA) throws {
    for count in awkwardLengths(isa) {
      for (step, before, after, gap) in [
        (1, 0, 0, 1), (1, 3, 2, 1), (1, 3, 2, 0), (1, 0, 1, 0), (2, 1, 0, 1), (2, 0, 5, 0), (3, 2, 1, 1),
      ] {
        let memory = TestMemory()
        let (rows, width, above, below) = (3, before + count + after, 7, 2 + count)
        let inputStride = max(0, (count - 1) * step + 1)
        let x = try memory.values(rows * inputStride)
        let outputStride = width + gap
        let total = above + rows * outputStride + below
        let output = try memory.output(total)
        var work = PadRows(input: x, output: output + above)
        (work.step, work.inputStride, work.outputStride) = (step, inputStride, outputStride)
        (work.rows, work.width, work.before, work.count) = (rows, width, before, count)
        (work.above, work.below) = (above, below)
        let expected = (0..<total).map { at -> Float in
          guard (above..<total - below).contains(at) else { return 0 }
          let (y, i) = ((at - above) / outputStride, (at - above) % outputStride - before)
          if i == width - before { return TestMemory.untouched }
          return (0..<count).contains(i) ? x[y * inputStride + i * step] : 0
        }
        #expect(
          memory.result(of: work, isa, at: output, total) == expected,
          "\(count) by \(step) after \(before), \(gap) apart, \(isa)")
      }
    }
  }

  @Test(arguments: availableISAs)
  func transpose(isa: ISA) throws {
    let extents = [0, 1, 2, 3, 4, 5, 7, 8, 15, 17, 33]
    for rows in extents {
      for columns in extents {
        for slack in [0, 3] {
          let memory = TestMemory()
          let (inputStride, outputStride) = (columns + slack, rows + 2 * slack)
          let read = rows * columns == 0 ? 0 : (rows - 1) * inputStride + columns
          let written = rows * columns == 0 ? 1 : (columns - 1) * outputStride + rows
          let x = try memory.values(read)
          let output = try memory.output(written)
          var work = Transpose(input: x, output: output)
          (work.rows, work.columns) = (rows, columns)
          (work.inputStride, work.outputStride) = (inputStride, outputStride)
          var expected = [Float](repeating: TestMemory.untouched, count: written)
          for r in 0..<rows {
            for c in 0..<columns { expected[c * outputStride + r] = x[r * inputStride + c] }
          }
          #expect(
            memory.result(of: work, isa, at: output, written) == expected,
            "\(rows)x\(columns), \(slack) apart, \(isa)")
        }
      }
    }
  }

  @Test(arguments: availableISAs)
  func windowPanel(isa: ISA) throws {
    let lanes = isa.microKernels.lanes
    for count in awkwardLengths(isa) where count > 0 {
      let memory = TestMemory()
      let (channels, taps, plane) = (2, 3, 50)
      let outputStride = (count + lanes - 1) / lanes * lanes
      let x = try memory.values(channels * plane)
      let offsets = (0..<taps * count).map { Int32($0 % 4 == 3 ? -1 : ($0 * 13) % plane) }
      let total = channels * taps * outputStride
      let output = try memory.output(total)
      // Zeros outside, and up to the next whole vector.
      let expected = (0..<total).map { at -> Float in
        let (c, t, p) = (at / outputStride / taps, at / outputStride % taps, at % outputStride)
        let offset = p < count ? Int(offsets[t * count + p]) : -1
        return offset < 0 ? 0 : x[c * plane + offset]
      }
      let result = offsets.withUnsafeBufferPointer { places -> [Float] in
        guard let first = places.baseAddress else { return [] }
        var work = WindowPanel(input: x, offsets: first, output: output)
        (work.channels, work.planeStride, work.offsetStride) = (channels, plane, count)
        (work.taps, work.count, work.outputStride) = (taps, count, outputStride)
        return memory.result(of: work, isa, at: output, total)
      }
      #expect(result == expected, "\(count), \(isa)")
    }
  }

  @Test(arguments: availableISAs)
  func windowRows(isa: ISA) throws {
    for (kernel, step) in [(1, 1), (2, 1), (3, 1), (3, 2), (5, 1), (4, 2)] {
      let memory = TestMemory()
      let (channels, height, width) = (5, 6, 7)
      let (rows, columns) = (
        TestWindows(height, kernel: kernel, step: step, stride: 2, padding: 1),
        TestWindows(width, kernel: kernel, step: step, stride: 1, padding: 1)
      )
      let depth = channels * kernel * kernel
      let (first, rowStride) = (1, depth + 3)
      let count = rows.count * columns.count - first
      let x = try memory.values(channels * height * width)
      let output = try memory.output(count * rowStride)
      var work = WindowRows(
        input: x, rows: try rows.taps(memory), columns: try columns.taps(memory), output: output)
      (work.channels, work.planeStride, work.width) = (channels, height * width, width)
      (work.kernelHeight, work.kernelWidth) = (kernel, kernel)
      (work.first, work.count, work.rowStride) = (first, count, rowStride)
      let expected = (0..<count * rowStride).map { at -> Float in
        let (pixel, i) = (at / rowStride + first, at % rowStride)
        guard i < depth else { return 0 }
        let (c, ky, kx) = (i / (kernel * kernel), i / kernel % kernel, i % kernel)
        guard let y = rows.place(pixel / columns.count, ky), let x0 = columns.place(pixel % columns.count, kx)
        else { return 0 }
        return x[(c * height + y) * width + x0]
      }
      #expect(
        memory.result(of: work, isa, at: output, count * rowStride) == expected,
        "\(kernel)x\(kernel), \(step) apart, \(isa)")
    }
  }
}
