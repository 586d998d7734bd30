import Kernels
import Measurement
import Roofs
import Testing

@Suite(.serialized) struct RoofsTests {
  private let roofs = MeasuredRoofs(machine: Machine(), teams: Teams())

  @Test(arguments: [1, 2]) func theSmallestLevelThatHoldsTheBytes(threads: Int) throws {
    let caches = Machine().caches
    let levels: [(MemoryLevel, Int)] = [(.l1, 1), (.l2, 2), (.l3, 3)]
    for (level, number) in levels {
      guard let bytes = caches.first(where: { $0.level == number })?.bytes else { continue }
      let total = level == .l3 ? bytes : bytes * threads
      #expect(roofs.level(bytes: total, threads: threads) == level)
      #expect(roofs.level(bytes: total + 1, threads: threads) != level)
    }
    #expect(roofs.level(bytes: 1 << 40, threads: threads) == .dram)
  }

  /// Twice as wide is twice as much work in an instruction: a loop that does not use the width is found out wherever there
  /// is a second unit. The fifth that is forgiven cannot be derived: CPUs that have one unit for 512 bits, or lower their
  /// clock for them, gain nothing, and how much they lose differs. Measured again, a peak only grows: on a busy machine the
  /// order takes a while to show.
  @Test func widerInstructionsAreNotSlower() {
    var peaks: [Double] { ISA.allCases.filter(\.isAvailable).map { roofs.peak($0, threads: 1).value } }
    var isOrdered: Bool { zip(peaks, peaks.dropFirst()).allSatisfy { $1 > 0.8 * $0 } }
    for _ in 0..<40 where !isOrdered { roofs.remeasure() }
    #expect(isOrdered && peaks.allSatisfy { $0 > 0.1 }, "\(peaks)")
  }

  @Test func aRoofIsTheLowerOfPeakAndTraffic() {
    let peak = roofs.peak(.baseline, threads: 1).value
    let dense = roofs.roof(flops: 1 << 50, bytes: 1 << 10, outputBytes: 512, isa: .baseline, threads: 1)
    #expect(dense.gflops == peak && dense.level == .l1)
    let sparse = roofs.roof(flops: 1, bytes: 1 << 10, outputBytes: 512, isa: .baseline, threads: 1)
    #expect(sparse.gflops == roofs.bandwidth(.l1, .copy, threads: 1).value / 1024)
    // An output of less than an eighth of the bytes: mostly read.
    let read = roofs.roof(flops: 1, bytes: 1 << 10, outputBytes: 127, isa: .baseline, threads: 1)
    #expect(read.gflops == roofs.bandwidth(.l1, .read, threads: 1).value / 1024)
  }

  /// They are medians of 101, 101 and 21: half of all that was timed took at least as long, and all of it took no longer than
  /// the measuring did. A wrong unit or a missing division would break that.
  @Test func overheadsFitIntoTheTimeTheyTook() {
    let start = Clock.now()
    let overheads = Overheads(team: Team(threads: 2))
    let all = (Clock.now() - start).value
    let wakeUp = overheads.wakeUp?.value ?? -1
    #expect(overheads.clock.value > 0 && overheads.emptyRegion.value > 0 && wakeUp > 0)
    #expect(
      51 * 1000 * overheads.clock.value + 51 * 20 * overheads.emptyRegion.value + 11 * wakeUp <= all)
    #expect(Overheads(team: Team(threads: 1)).wakeUp == nil)
  }
}
