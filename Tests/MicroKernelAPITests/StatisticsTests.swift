import Kernels
import MicroKernelAPI
import Testing

/// Sums and maxima. Flaws they would catch: a value that is added twice where the last vector is moved back, a maximum that
/// loses a NaN, gates of the wrong pixel or channel.
@Suite struct StatisticsTests {
  @Test(arguments: availableISAs, [false, true])
  func planes(isa: ISA, hasNaN: Bool) throws {
    let lengths = awkwardLengths(isa) + [31, 32, 33, 55, 56, 57, 97]
    for count in lengths where count > 0 {
      for (isGated, stride) in [(false, 1), (true, 1), (false, 2), (true, 2)] {
        for wants in 1...3 {
          let memory = TestMemory()
          let planes = 7
          let x = try memory.values(planes * count)
          if hasNaN { x[2 * count + count / 2] = .nan }
          let gates = isGated ? try memory.values(count, seed: 2) : nil
          let target = try memory.output(2 * planes * stride)
          var work = PlaneStatistics(input: x, scratch: try memory.scratch(isa.microKernels.scratch))
          work.gates = gates.map { UnsafePointer($0) }
          (work.planes, work.count, work.targetStride, work.divisor) = (planes, count, stride, 7)
          if wants & 1 != 0 { work.sum = target }
          if wants & 2 != 0 { work.maximum = target + planes * stride }
          var expected = [Float](repeating: TestMemory.untouched, count: 2 * planes * stride)
          for plane in 0..<planes {
            let values = (0..<count).map { x[plane * count + $0] * (gates?[$0] ?? 1) }
            let isNaN = values.contains { $0.isNaN }
            if wants & 1 != 0 { expected[plane * stride] = values.reduce(0, +) / 7 }
            if wants & 2 != 0 { expected[(planes + plane) * stride] = isNaN ? .nan : values.max() ?? 0 }
          }
          #expect(
            memory.result(of: work, isa, at: target, 2 * planes * stride).matches(expected),
            "\(count), gated \(isGated), wants \(wants), stride \(stride), NaN \(hasNaN), \(isa)")
        }
      }
    }
  }

  @Test(arguments: availableISAs, [false, true])
  func pixels(isa: ISA, hasNaN: Bool) throws {
    let lengths = awkwardLengths(isa) + [6, 9, 12, 13, 8 * isa.microKernels.lanes + 5]
    for count in lengths where count > 0 {
      for (channels, slack) in [(1, 0), (2, 0), (5, 0), (6, 3), (9, 0), (19, 1)] {
        for isGated in [false, true] {
          try check(isa, count, channels, slack: slack, isGated: isGated, hasNaN: hasNaN)
        }
      }
    }
  }

  private func check(
    _ isa: ISA, _ count: Int, _ channels: Int, slack: Int, isGated: Bool, hasNaN: Bool
  ) throws {
    let memory = TestMemory()
    let (images, channelStride) = (2, count + slack)
    // After the last channel there is nothing.
    let imageStride = channels * channelStride
    let x = try memory.values(2 * imageStride - slack)
    if hasNaN { x[imageStride + (channels - 1) * channelStride + count / 2] = .nan }
    let gates = isGated ? try memory.values(images * channels, seed: 2) : nil
    let targetStride = 2 * count
    let target = try memory.output(images * targetStride)
    var work = PixelStatistics(input: x)
    (work.images, work.imageStride, work.targetStride) = (images, imageStride, targetStride)
    (work.channels, work.channelStride, work.count) = (channels, channelStride, count)
    work.gates = gates.map { UnsafePointer($0) }
    (work.maximum, work.sum, work.divisor) = (target, target + count, 5)
    var expected = [Float](repeating: 0, count: images * targetStride)
    for n in 0..<images {
      for p in 0..<count {
        let values = (0..<channels).map { c in
          x[n * imageStride + c * channelStride + p] * (gates?[n * channels + c] ?? 1)
        }
        let isNaN = values.contains { $0.isNaN }
        expected[n * targetStride + p] = isNaN ? .nan : values.max() ?? 0
        expected[n * targetStride + count + p] = values.reduce(0, +) / 5
      }
    }
    #expect(
      memory.result(of: work, isa, at: target, images * targetStride).matches(expected),
      "\(count) pixels of \(channels) channels, \(slack) apart, gated \(isGated), NaN \(hasNaN), \(isa)")
  }
}
