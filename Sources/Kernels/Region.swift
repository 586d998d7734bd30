/// A set of tiles that may run in any order and at the same time, followed by a barrier.
///
/// Unchecked: the body captures pointers. Whoever builds a region promises that its tiles write disjoint memory.
public struct Region: @unchecked Sendable {
  /// Runs neighbouring tiles. `worker` is below the team's size and may choose scratch memory, nothing else; how tiles
  /// are grouped must not change any bit of the result.
  public typealias Body = (_ tiles: Range<Int>, _ worker: Int) -> Void

  /// What the region does, for profiles.
  public let name: String
  public let tiles: Int
  public let body: Body

  /// For small tiles: the body sees several at once.
  public init(_ name: String, rangesOf tiles: Int, body: @escaping Body) {
    precondition(tiles >= 0, "\(tiles) tiles in region \(name)")
    self.name = name
    self.tiles = tiles
    self.body = body
  }

  public init(_ name: String, tiles: Int, body: @escaping (_ tile: Int, _ worker: Int) -> Void) {
    self.init(name, rangesOf: tiles) { range, worker in
      for tile in range { body(tile, worker) }
    }
  }
}
