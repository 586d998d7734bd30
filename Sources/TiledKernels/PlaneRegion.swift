import Kernels

extension Region {
  /// Elements of a tile of planes: with fewer of them, waking a worker takes longer than the tile.
  private static let fewest = 8192

  /// Runs of planes, large enough to be worth a worker.
  /// - Parameters:
  ///   - planes: how many there are.
  ///   - elements: of a plane.
  init(
    _ name: String, planes: Int, of elements: Int,
    body: @escaping (_ planes: Range<Int>, _ worker: Int) -> Void
  ) {
    let perTile = max(1, Self.fewest / elements)
    self.init(name, rangesOf: ceilDivide(planes, perTile)) { tiles, worker in
      body(tiles.lowerBound * perTile..<min(planes, tiles.upperBound * perTile), worker)
    }
  }
}
