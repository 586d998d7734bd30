import Dispatch
import Profiling
import Testing

struct AllocationsTests {
  private static func allocate(_ count: Int) {
    for _ in 0..<count { UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 8).deallocate() }
  }

  @Test func allocationsOfThisThreadAreCounted() throws {
    let count = try #require(Allocations.count { Self.allocate(1000) })
    #expect(count >= 1000)
  }

  @Test func allocationsOfOtherThreadsAreCounted() throws {
    let count = try #require(
      Allocations.count { DispatchQueue.concurrentPerform(iterations: 10) { _ in Self.allocate(100) } })
    #expect(count >= 1000)
  }

  /// A count neither ends nor restarts another.
  @Test func countsInsideACountAreCountedByBoth() throws {
    var inner: Int?
    let outer = try #require(
      Allocations.count {
        Self.allocate(500)
        inner = Allocations.count { Self.allocate(300) }
        Self.allocate(200)
      })
    #expect(outer >= 1000)
    #expect(try #require(inner) >= 300)
  }

  /// Tests beside this one allocate: the quietest of many counts tells.
  @Test func whatAllocatesNothingCountsNothing() {
    var sum = 0
    let counts = (0..<2000).compactMap { _ in Allocations.count { for i in 0..<100 { sum &+= i } } }
    #expect(counts.min() == 0)
  }
}
