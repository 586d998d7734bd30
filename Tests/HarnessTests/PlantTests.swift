import Harness
import Testing

@Suite struct PlantTests {
  /// Tiles are whole; over all regions of a call they come as near to the share as half a tile.
  @Test(
    arguments: [
      (0.0, [7, 1, 100], [0, 0, 0]), (0.1, [10, 20, 100], [1, 2, 10]),
      (0.05, [10, 10, 10, 10], [1, 0, 1, 0]),
      (0.2, [1, 1, 1, 1, 1], [0, 0, 1, 0, 0]), (1.0, [3, 4], [3, 4]), (0.01, [], []),
    ] as [(Double, [Int], [Int])])
  func extraTiles(share: Double, tiles: [Int], expected: [Int]) {
    let extra = Plant(share: share).extra(tiles)
    #expect(extra == expected)
    let (sum, goal) = (extra.reduce(0, +), share * Double(tiles.reduce(0, +)))
    #expect(abs(Double(sum) - goal) <= 0.5 + 1e-9)
    #expect(zip(extra, tiles).allSatisfy { $0 <= $1 })
  }
}
