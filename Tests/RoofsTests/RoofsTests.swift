import Kernels
import Measurement
import Roofs
import Testing

@Suite(.serialized) struct RoofsTests {
  private let roofs = Roofs(machine: Machine(), teams: Teams())

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

  @Test func widerInstructionsAreNotSlower() {
    let peaks = ISA.allCases.filter(\.isAvailable).map { roofs.peak($0, threads: 1).value }
    #expect(peaks.allSatisfy { $0 > 0.1 })
    for (narrow, wide) in zip(peaks, peaks.dropFirst()) { #expect(wide > 0.8 * narrow) }
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

  @Test func overheadsAreSmall() {
    let overheads = Overheads(team: Team(threads: 2))
    #expect(overheads.clock.value > 0 && overheads.clock.value < 100e-6)
    #expect(overheads.emptyRegion.value > 0 && overheads.emptyRegion.value < 10e-3)
    #expect((overheads.wakeUp?.value ?? -1) > 0)
    #expect(Overheads(team: Team(threads: 1)).wakeUp == nil)
  }
}
