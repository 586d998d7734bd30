import Glibc
import Kernels
import Measurement
import Synchronization

/// What the harness itself costs per use, seconds; each the median of many.
public struct Overheads: Sendable {
  /// One reading of the clock.
  public let clock: Seconds
  /// A region whose tiles do nothing, the team awake.
  public let emptyRegion: Seconds
  /// From publishing a region to the first tile of the worker that had parked; nil with one thread.
  public let wakeUp: Seconds?

  /// Measures for some milliseconds.
  /// - Parameter team: nothing else may use it meanwhile.
  public init(team: Team) {
    clock = Overheads.median(101) {
      let readings = 1000
      return Clock.time { for _ in 0..<readings { _ = Clock.now() } }.value / Double(readings)
    }
    let empty = Region("empty", tiles: team.threads) { _, _ in }
    emptyRegion = Overheads.median(101) {
      let regions = 20
      team.run(empty)
      return Clock.time { for _ in 0..<regions { team.run(empty) } }.value / Double(regions)
    }
    wakeUp = team.threads == 1 ? nil : Overheads.median(21) { Overheads.wakeUp(team) }
    team.rest()
  }

  private static func median(_ count: Int, _ sample: () -> Double) -> Seconds {
    Seconds(Statistics.median((0..<count).map { _ in sample() }))
  }

  /// The caller's tiles wait until another thread has begun one.
  private static func wakeUp(_ team: Team) -> Double {
    team.rest()
    usleep(2000)
    let begun = Begun()
    let published = Clock.now()
    team.run(
      Region("wake", tiles: 2 * team.threads) { _, worker in
        if worker != 0 {
          begun.note(Clock.now())
        } else {
          while begun.time == nil && Clock.now() - published < Seconds(20e-3) {}
        }
      })
    return (begun.time ?? Clock.now()).value - published.value
  }
}

/// When a worker began, nanoseconds.
private final class Begun: Sendable {
  private let nanoseconds = Atomic<Int>(0)

  func note(_ time: Seconds) {
    _ = nanoseconds.compareExchange(expected: 0, desired: Int(time.value * 1e9), ordering: .releasing)
  }

  var time: Seconds? {
    let value = nanoseconds.load(ordering: .acquiring)
    return value == 0 ? nil : Seconds(Double(value) * 1e-9)
  }
}
