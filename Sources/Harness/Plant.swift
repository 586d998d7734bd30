import Kernels

/// A slowdown for testing the gate: every region does some of its tiles a second time, into memory of its own.
///
/// Nothing of it is in a kernel. Tiles are whole, so that a share of them can only be had approximately.
public struct Plant: Sendable {
  /// Extra tiles as a share of the kernel's own; 0: nothing is planted.
  public let share: Double

  public init(share: Double = 0) {
    precondition((0...1).contains(share), "extra tiles: \(share) of the kernel's own, at most all of them")
    self.share = share
  }

  /// Extra tiles of regions with so many tiles: whole, their sum as near as can be to the share of all of them.
  package func extra(_ tiles: [Int]) -> [Int] {
    var debt = 0.0
    return tiles.map { count in
      debt += share * Double(count)
      let extra = max(0, Int(debt.rounded()))
      debt -= Double(extra)
      return extra
    }
  }

  /// Makes a case do the extra tiles too, into output and workspace of `shadow`, a second case of the same kernel.
  func add(to item: Case, into shadow: Case) {
    guard share > 0 else { return }
    shadow.poison(0)
    let extra = extra(item.regions.map(\.tiles))
    item.companion = shadow
    item.regions = item.regions.indices.map { i -> Region in
      let (own, again, extra) = (item.regions[i], shadow.regions[i], extra[i])
      guard extra > 0 else { return own }
      return Region(own.name, rangesOf: own.tiles + extra) { tiles, worker in
        let first = tiles.clamped(to: 0..<own.tiles)
        if !first.isEmpty { own.body(first, worker) }
        let second = tiles.clamped(to: own.tiles..<own.tiles + extra)
        if !second.isEmpty {
          again.body(second.lowerBound - own.tiles..<second.upperBound - own.tiles, worker)
        }
      }
    }
  }
}
