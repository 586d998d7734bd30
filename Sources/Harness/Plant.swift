import Kernels
import Synchronization

/// A slowdown for testing the gate: every region does some of its tiles a second time, into memory of its own.
///
/// Nothing of it is in a kernel. Tiles are whole: what is missing to the share, or too much, is made up over calls by one
/// tile that is done in some of them only. A case whose calls are timed one by one shows its median without that tile.
public struct Plant: Sendable {
  /// Extra tiles as a share of the kernel's own; 0: nothing is planted.
  public let share: Double

  /// - Parameter share: from 0 to 1.
  public init(share: Double = 0) {
    precondition((0...1).contains(share), "extra tiles: \(share) of the kernel's own, at most all of them")
    self.share = share
  }

  /// Extra tiles of one region.
  package struct Extra: Equatable, Sendable {
    package var tiles: Int
    /// Share of the calls that do the last of them.
    package var frequency = 1.0

    package init(tiles: Int, frequency: Double = 1) { (self.tiles, self.frequency) = (tiles, frequency) }

    /// Extra tiles of a call, on average.
    package var mean: Double { tiles == 0 ? 0 : Double(tiles - 1) + frequency }
  }

  /// Extra tiles of regions with so many tiles; over many calls their sum is the share of all of them.
  package func extra(_ tiles: [Int]) -> [Extra] {
    var debt = 0.0
    var extra = tiles.map { count in
      debt += share * Double(count)
      let whole = max(0, Int(debt.rounded()))
      debt -= Double(whole)
      return Extra(tiles: whole)
    }
    guard abs(debt) > 1e-9 else { return extra }
    // Too few so far: one more, now and then. Too many: the last of some is left out now and then.
    let places = extra.indices.filter { debt > 0 ? extra[$0].tiles < tiles[$0] : extra[$0].tiles > 0 }
    guard let place = places.max(by: { tiles[$0] < tiles[$1] }) else { return extra }
    if debt > 0 { extra[place].tiles += 1 }
    extra[place].frequency = debt > 0 ? debt : 1 + debt
    return extra
  }

  /// Makes a case do the extra tiles too, into output and workspace of `shadow`, a second case of the same kernel.
  func add(to item: Case, into shadow: Case) {
    guard share > 0 else { return }
    shadow.poison(0)
    let extra = extra(item.regions.map(\.tiles))
    item.companion = shadow
    item.regions = item.regions.indices.map { Self.region(item.regions[$0], shadow.regions[$0], extra[$0]) }
  }

  private static func region(_ own: Region, _ again: Region, _ extra: Extra) -> Region {
    guard extra.tiles > 0 else { return own }
    let all = own.tiles + extra.tiles
    let last = Rhythm(frequency: extra.frequency)
    return Region(own.name, rangesOf: all) { tiles, worker in
      let first = tiles.clamped(to: 0..<own.tiles)
      if !first.isEmpty { own.body(first, worker) }
      let end = tiles.upperBound == all && !last.isDue() ? all - 1 : tiles.upperBound
      let second = max(tiles.lowerBound, own.tiles)..<max(end, own.tiles, tiles.lowerBound)
      if !second.isEmpty {
        again.body(second.lowerBound - own.tiles..<second.upperBound - own.tiles, worker)
      }
    }
  }
}

/// Says yes to a share of its calls, as evenly as can be; calls may come from any thread.
final class Rhythm: Sendable {
  private let frequency: Double
  private let calls = Atomic<Int>(0)

  init(frequency: Double) { self.frequency = frequency }

  func isDue() -> Bool {
    let before = Double(calls.add(1, ordering: .relaxed).oldValue)
    return ((before + 1) * frequency).rounded(.down) > (before * frequency).rounded(.down)
  }
}
