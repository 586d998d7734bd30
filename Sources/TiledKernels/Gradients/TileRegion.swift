import Kernels

extension Region {
  /// Tiles that need no worker's memory.
  init(_ name: String, tiles: Int, body: @escaping (_ tile: Int) -> Void) {
    self.init(name, tiles: tiles) { tile, _ in body(tile) }
  }
}
