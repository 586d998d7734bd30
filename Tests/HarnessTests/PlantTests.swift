import Harness
import Testing

@Suite struct PlantTests {
  /// Tiles are whole; one of them is done in a share of the calls, so that the mean over calls is the share asked for.
  @Test(
    arguments: [
      (0.0, [7, 1, 100], [0, 0, 0], 1.0), (0.1, [10, 20, 100], [1, 2, 10], 1),
      (0.05, [10, 10, 10, 10], [1, 0, 1, 0], 1),
      (0.2, [1, 1, 1, 1, 1], [0, 0, 1, 0, 0], 1), (1.0, [3, 4], [3, 4], 1), (0.01, [], [], 1),
      (0.05, [8], [1], 0.4), (0.1, [1], [1], 0.1), (0.05, [1, 30, 3], [0, 2, 0], 0.7),
      (0.1, [4, 8, 4], [0, 1, 1], 0.6),
    ] as [(Double, [Int], [Int], Double)])
  func extraTiles(share: Double, tiles: [Int], expected: [Int], frequency: Double) {
    let extra = Plant(share: share).extra(tiles)
    #expect(extra.map(\.tiles) == expected)
    #expect(abs((extra.map(\.frequency).min() ?? 1) - frequency) < 1e-9)
    let goal = share * Double(tiles.reduce(0, +))
    #expect(abs(extra.reduce(0) { $0 + $1.mean } - goal) <= 1e-9)
    #expect(zip(extra, tiles).allSatisfy { $0.tiles <= $1 })
  }
}
