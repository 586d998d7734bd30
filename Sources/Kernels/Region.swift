/// A set of tiles that may run in any order and at the same time, followed by a barrier.
///
/// Unchecked: the body captures pointers. Whoever builds a region promises that its tiles write disjoint memory.
public struct Region: @unchecked Sendable {
  public typealias Body = (_ tile: Int, _ worker: Int) -> Void

  /// What the region does, for profiles.
  public let name: String
  public let tiles: Int
  /// Runs one tile. `worker` is below the team's size and may choose scratch memory, nothing else.
  public let body: Body

  public init(_ name: String, tiles: Int, body: @escaping Body) {
    precondition(tiles >= 0, "\(tiles) tiles in region \(name)")
    self.name = name
    self.tiles = tiles
    self.body = body
  }
}
