import Kernels
import Synchronization
import Testing

@Suite struct TeamTests {
  @Test(arguments: [1, 2, 3, 5])
  func everyTileRunsOnce(threads: Int) {
    let team = Team(threads: threads)
    for tiles in [0, 1, 2, 7, 4096, 4097, 10_000] {
      let counts = UnsafeMutablePointer<Int>.allocate(capacity: max(tiles, 1))
      defer { counts.deallocate() }
      counts.initialize(repeating: 0, count: max(tiles, 1))
      team.run(Region("count", tiles: tiles) { tile, _ in counts[tile] += 1 })
      #expect((0..<tiles).allSatisfy { counts[$0] == 1 }, "\(tiles) tiles on \(threads) threads")
    }
  }

  @Test(arguments: [2, 5])
  func aRegionSeesTheOneBefore(threads: Int) {
    let team = Team(threads: threads)
    let cells = UnsafeMutablePointer<Int>.allocate(capacity: 64)
    defer { cells.deallocate() }
    cells.initialize(repeating: 0, count: 64)
    // Each region reads its neighbour's cell of the region before.
    for step in 0..<2000 {
      let (from, to) = (step % 2 * 32, (step + 1) % 2 * 32)
      team.run(Region("shift", tiles: 32) { tile, _ in cells[to + tile] = cells[from + (tile + 1) % 32] + 1 })
      if step % 100 == 0 { team.rest() }
    }
    #expect((0..<32).allSatisfy { cells[$0] == 2000 })
  }

  /// Would catch: every worker woken for a region of two tiles, and workers left asleep that have tiles.
  @Test(arguments: [(0, 0), (1, 0), (2, 1), (3, 2), (8, 7), (9, 7), (1000, 7)])
  func onlyWorkersWithTilesAreCalled(tiles: Int, workers: Int) {
    let team = Team(threads: 8)
    for round in 1...3 {
      team.run(Region("few", tiles: tiles) { _, _ in })
      #expect(team.workersCalled == round * workers)
    }
  }

  @Test func teamsComeAndGo() {
    for round in 0..<200 {
      let team = Team(threads: 1 + round % 4)
      let ran = Counter()
      if round % 2 == 0 { team.run(Region("add", tiles: 8) { _, _ in ran.add() }) }
      #expect(ran.value == (round % 2 == 0 ? 8 : 0))
    }
  }
}

private final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  func add() { count.add(1, ordering: .relaxed) }
  var value: Int { count.load(ordering: .relaxed) }
}
