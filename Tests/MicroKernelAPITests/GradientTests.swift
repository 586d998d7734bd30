import Kernels
import MicroKernelAPI
import Testing

/// Micro-kernels of gradients. Flaws they would catch: what a vector that is moved back repeats, numbers of another plane, a rest
/// that is left out, memory beyond the end.
@Suite struct GradientTests {
  @Test(arguments: availableISAs)
  func slopesThatAreExact(isa: ISA) throws {
    for count in awkwardLengths(isa) {
      let cases: [(ElementwiseGradient.Operation, (Float) -> Float)] = [
        (.relu, { $0 > 0 ? 1 : 0 }), (.relu6, { $0 > 0 && $0 < 6 ? 1 : 0 }), (.sigmoid, { $0 * (1 - $0) }),
      ]
      for (operation, slope) in cases {
        let memory = TestMemory()
        let (kept, dy) = (try memory.values(count), try memory.values(count, seed: 5))
        for i in 0..<count { kept[i] *= 2 }
        let output = try memory.output(count)
        let work = ElementwiseGradient(operation, kept: kept, gradient: dy, output: output, count: count)
        let expected = (0..<count).map { dy[$0] * slope(kept[$0]) }
        #expect(
          memory.result(of: work, isa, at: output, count) == expected, "\(operation) of \(count), \(isa)")
      }
    }
  }

  @Test(arguments: availableISAs, [ChannelSums.Operation.values, .squares, .products, .slopes])
  func channelSums(isa: ISA, operation: ChannelSums.Operation) throws {
    for count in awkwardLengths(isa) where count > 0 {
      for (channels, runs) in [(1, 1), (3, 1), (2, 5)] {
        let memory = TestMemory()
        let total = channels * runs * count
        let (x, y) = (try memory.values(total), try memory.values(total, seed: 5))
        let centers = try memory.values(channels, seed: 2)
        let sums = try memory.output(2 * channels)
        var work = ChannelSums(operation, input: x, sums: sums)
        (work.second, work.centers) = (UnsafePointer(y), UnsafePointer(centers))
        if operation == .slopes { work.seconds = sums + channels }
        (work.channels, work.channelStride) = (channels, count)
        (work.runs, work.runStride, work.count) = (runs, channels * count, count)
        var expected = [Float](repeating: 0, count: channels)
        var seconds = [Float](
          repeating: operation == .slopes ? 0 : TestMemory.untouched, count: channels)
        for i in 0..<total {
          let c = i / count % channels
          let apart = x[i] - centers[c]
          switch operation {
          case .values: expected[c] += x[i]
          case .squares: expected[c] += apart * apart
          case .products: expected[c] += x[i] * y[i]
          case .slopes: (expected[c], seconds[c]) = (expected[c] + apart * y[i], seconds[c] + y[i])
          }
        }
        #expect(
          memory.result(of: work, isa, at: sums, 2 * channels) == expected + seconds,
          "\(operation) of \(channels) × \(runs) × \(count), \(isa)")
      }
    }
  }

  @Test(arguments: availableISAs)
  func normGradients(isa: ISA) throws {
    for count in awkwardLengths(isa) {
      for planes in [1, 3] {
        let memory = TestMemory()
        let total = planes * count
        let (x, dy) = (try memory.values(total), try memory.values(total, seed: 2))
        let numbers = try (3...6).map { try memory.values(planes, seed: $0) }
        let output = try memory.output(total)
        var work = NormGradient(
          input: x, gradient: dy, output: output, centers: numbers[0], slopes: numbers[1],
          shifts: numbers[2], scales: numbers[3])
        (work.planes, work.count) = (planes, count)
        let expected = (0..<total).map { i -> Float in
          let p = i / count
          return numbers[3][p] * (dy[i] - numbers[2][p]) + numbers[1][p] * (x[i] - numbers[0][p])
        }
        #expect(memory.result(of: work, isa, at: output, total) == expected, "\(planes) × \(count), \(isa)")
      }
    }
  }

  @Test(arguments: availableISAs, [false, true])
  func planePools(isa: ISA, hasNaN: Bool) throws {
    for count in awkwardLengths(isa) where count > 0 {
      for isMean in [false, true] {
        let memory = TestMemory()
        let planes = 3
        let (x, dy) = (try memory.values(planes * count), try memory.values(planes, seed: 2))
        if hasNaN { for i in [count / 3, count / 2] { x[count + i] = .nan } }
        let output = try memory.output(planes * count)
        var work = PlanePoolGradient(gradient: dy, output: output)
        if !isMean { work.input = UnsafePointer(x) }
        (work.planes, work.count, work.divisor) = (planes, count, 2)
        let expected = (0..<planes).flatMap { plane -> [Float] in
          if isMean { return Array(repeating: dy[plane] / 2, count: count) }
          var best = 0
          for i in 0..<count
          where x[plane * count + i] > x[plane * count + best] || x[plane * count + i].isNaN {
            best = i
          }
          return (0..<count).map { $0 == best ? dy[plane] : 0 }
        }
        #expect(
          memory.result(of: work, isa, at: output, planes * count) == expected,
          "\(count), mean \(isMean), NaN \(hasNaN), \(isa)")
      }
    }
  }

  @Test(arguments: availableISAs, [0, 3])
  func pixels(isa: ISA, slack: Int) throws {
    for count in awkwardLengths(isa) where count > 0 {
      for channels in [1, 2, 7] {
        let memory = TestMemory()
        let stride = count + slack
        let total = channels * stride - slack
        let (x, y) = (try memory.values(total), try memory.values(total, seed: 5))
        let (top, mean) = (try memory.values(count, seed: 2), try memory.values(count, seed: 3))
        let (output, sums) = (try memory.output(total), try memory.output(count))
        var products = PixelProducts(x, y, output: sums)
        (products.channels, products.channelStride, products.count) = (channels, stride, count)
        let expectedSums = (0..<count).map { p in
          (0..<channels).reduce(Float(0)) { $0 + x[$1 * stride + p] * y[$1 * stride + p] }
        }
        #expect(memory.result(of: products, isa, at: sums, count) == expectedSums, "\(count), \(isa)")
        var pool = PixelPoolGradient(input: x, maximum: top, mean: mean, output: output)
        (pool.channels, pool.channelStride, pool.count, pool.divisor) = (channels, stride, count, 2)
        var expected = [Float](repeating: TestMemory.untouched, count: total)
        for p in 0..<count {
          let best = (0..<channels).reduce(0) { x[$1 * stride + p] > x[$0 * stride + p] ? $1 : $0 }
          for c in 0..<channels { expected[c * stride + p] = mean[p] / 2 + (c == best ? top[p] : 0) }
        }
        #expect(memory.result(of: pool, isa, at: output, total) == expected, "\(channels) × \(count), \(isa)")
      }
    }
  }

  @Test(arguments: availableISAs, 1...3)
  func spreadRows(isa: ISA, step: Int) throws {
    for width in awkwardLengths(isa) where width > 0 {
      for height in [1, 4, 5] {
        let memory = TestMemory()
        let (rows, columns) = ((height + step - 1) / step, (width + step - 1) / step)
        let x = try memory.values(rows * columns)
        let output = try memory.output(height * width)
        var work = SpreadRows(input: x, output: output)
        (work.step, work.height, work.width) = (step, height, width)
        let expected = (0..<height * width).map { i -> Float in
          let (y, column) = (i / width, i % width)
          return y % step == 0 && column % step == 0 ? x[y / step * columns + column / step] : 0
        }
        #expect(
          memory.result(of: work, isa, at: output, height * width) == expected, "\(height)×\(width), \(isa)")
      }
    }
  }
}
