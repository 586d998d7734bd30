import Kernels
import MicroKernelAPI
import Testing

/// Micro-kernels of gradients of gates. Flaws they would catch: what a vector that is moved back repeats, an addend at another
/// pixel or channel, the second of two equal values, a NaN that is not found.
@Suite struct GateGradientTests {
  @Test(arguments: availableISAs, [false, true])
  func pixels(isa: ISA, hasNaN: Bool) throws {
    for count in awkwardLengths(isa) where count > 0 {
      for channels in [1, 2, 7] {
        let (memory, total) = (TestMemory(), channels * count)
        let (x, dy) = (try memory.values(total), try memory.values(total, seed: 5))
        if hasNaN { for c in [channels / 2, channels - 1] { x[c * count + count / 3] = .nan } }
        let numbers = try (2...4).map { UnsafePointer(try memory.values(channels, seed: $0)) }
        let spots = integers(try memory.output(channels), channels) { $0 * 5 % count }
        let sums = try memory.output(count)
        let places = integers(try memory.output(count), count) { _ in -1 }
        var work = PixelGateGradient(values: x)
        (work.gradient, work.gates, work.shares, work.tops) = (.init(dy), numbers[0], numbers[1], numbers[2])
        (work.channels, work.channelStride, work.count, work.divisor) = (channels, count, count, 2)
        (work.sums, work.places, work.spots) = (sums, places, UnsafePointer(spots))
        let expected = (0..<count).map { p in
          (0..<channels).reduce(Float(0)) { sum, c in
            let top = Int(spots[c]) == p ? numbers[2][c] : 0
            return sum + (dy[c * count + p] * numbers[0][c] + numbers[1][c] / 2 + top) * x[c * count + p]
          }
        }
        let found = memory.result(of: work, isa, at: sums, count)
        #expect(areEqual(found, expected), "\(channels) × \(count), \(isa)")
        for p in 0..<count {
          let best = (0..<channels).reduce(0) { best, c in
            let (a, b) = (x[best * count + p], x[c * count + p])
            return !a.isNaN && (b > a || b.isNaN) ? c : best
          }
          #expect(Int(places[p]) == best, "\(channels) × \(count) at \(p), \(isa)")
        }
      }
    }
  }

  @Test(arguments: availableISAs, [false, true])
  func planes(isa: ISA, hasNaN: Bool) throws {
    for count in awkwardLengths(isa) where count > 0 {
      let (memory, planes) = (TestMemory(), 3)
      let (x, dy) = (try memory.values(planes * count), try memory.values(planes * count, seed: 5))
      if hasNaN { for i in [count / 3, count / 2] { x[count + i] = .nan } }
      let maps = try (2...4).map { UnsafePointer(try memory.values(count, seed: $0)) }
      let places = integers(try memory.output(count), count) { $0 % 5 }
      let sums = try memory.output(planes)
      let spots = integers(try memory.output(planes), planes) { _ in -1 }
      var work = PlaneGateGradient(values: x, gradient: dy, sums: sums)
      (work.planes, work.count, work.firstPlane) = (planes, count, 1)
      (work.gates, work.shares, work.tops) = (maps[0], maps[1], maps[2])
      (work.places, work.spots) = (UnsafePointer(places), spots)
      let expected = (0..<planes).map { c in
        (0..<count).reduce(Float(0)) { sum, p in
          let addend = Int(places[p]) == c + 1 ? maps[2][p] : maps[1][p]
          return sum + (dy[c * count + p] * maps[0][p] + addend) * x[c * count + p]
        }
      }
      let found = memory.result(of: work, isa, at: sums, planes)
      #expect(areEqual(found, expected), "\(count), \(isa)")
      for c in 0..<planes {
        let best = (0..<count).reduce(0) {
          x[c * count + $1] > x[c * count + $0] || x[c * count + $1].isNaN ? $1 : $0
        }
        #expect(Int(spots[c]) == best, "\(count) at \(c), \(isa)")
      }
    }
  }

  @Test(arguments: availableISAs, [GatedGradient.Order.channelsFirst, .pixelsFirst, .together])
  func inputs(isa: ISA, order: GatedGradient.Order) throws {
    for count in awkwardLengths(isa) where count > 0 {
      let (memory, planes) = (TestMemory(), 3)
      let dy = try memory.values(planes * count)
      let maps = try (2...4).map { UnsafePointer(try memory.values(count, seed: $0)) }
      let numbers = try (5...7).map { UnsafePointer(try memory.values(planes, seed: $0)) }
      let places = integers(try memory.output(count), count) { $0 % 5 }
      let spots = integers(try memory.output(planes), planes) { count - 1 - $0 }
      let output = try memory.output(planes * count)
      var work = GatedGradient(gradient: dy, output: output)
      (work.planes, work.count, work.planeStride, work.firstPlane) = (planes, count, count, 1)
      (work.gates, work.shares, work.tops, work.places) = (maps[0], maps[1], maps[2], UnsafePointer(places))
      (work.planeGates, work.planeShares, work.planeTops) = (numbers[0], numbers[1], numbers[2])
      (work.planeSpots, work.divisor, work.order) = (UnsafePointer(spots), 2, order)
      let expected = (0..<planes * count).map { i -> Float in
        let (c, p) = (i / count, i % count)
        let pixel = Int(places[p]) == c + 1 ? maps[2][p] : maps[1][p]
        let plane = numbers[1][c] / 2 + (Int(spots[c]) == p ? numbers[2][c] : 0)
        switch order {
        case .channelsFirst: return (dy[i] * maps[0][p] + pixel) * numbers[0][c] + plane
        case .pixelsFirst: return (dy[i] * numbers[0][c] + plane) * maps[0][p] + pixel
        case .together: return dy[i] * maps[0][p] * numbers[0][c] + pixel + plane
        }
      }
      #expect(memory.result(of: work, isa, at: output, planes * count) == expected, "\(count), \(isa)")
    }
  }

  /// The same memory as integers.
  private func integers(
    _ memory: UnsafeMutablePointer<Float>, _ count: Int, _ value: (Int) -> Int
  ) -> UnsafeMutablePointer<Int32> {
    let integers = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Int32.self)
    for i in 0..<count { integers[i] = Int32(value(i)) }
    return integers
  }

  /// A NaN is equal to a NaN.
  private func areEqual(_ a: [Float], _ b: [Float]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
  }
}
