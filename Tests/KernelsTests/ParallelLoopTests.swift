import Kernels
import Synchronization
import Testing

/// Every iteration once, whatever the number of threads.
@Suite struct ParallelLoopTests {
  private final class Counts: Sendable {
    let counts = Mutex([Int: Int]())
    func add(_ index: Int) { counts.withLock { $0[index, default: 0] += 1 } }
  }

  @Test(arguments: [nil, 1, 2, 7, 40], [0, 1, 2, 5, 1000])
  func eachIterationOnce(threads: Int?, count: Int) {
    let counts = Counts()
    ParallelLoop.run(count, threads: threads) { counts.add($0) }
    let expected = Dictionary(uniqueKeysWithValues: (0..<count).map { ($0, 1) })
    #expect(counts.counts.withLock { $0 } == expected)
  }

  @Test func teamsAreMadeWhereThreadsCanBeHad() throws {
    #expect(try Team.available(threads: 3).threads == 3)
    #expect(try Team.available(threads: 1).threads == 1)
  }
}
