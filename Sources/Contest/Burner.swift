import Glibc
import Measurement
import Processes

/// A process that burns one processor in bursts, for testing how well disturbances are borne.
public final class Burner {
  private let child: Child

  /// - Parameter seed: of the lengths: bursts of 0.1 to 0.5 s, pauses of 0.2 to 1 s.
  /// - Precondition: the calling process has one thread.
  public init?(seed: UInt64) {
    let child = Child { _ in
      for number in [SIGINT, SIGTERM] { signal(number, SIG_IGN) }
      var random = SplitMix64(seed: seed)
      while true {
        let start = Clock.now()
        let length = Seconds(0.1 + 0.4 * Double(random.next() % 1000) / 1000)
        while Clock.now() - start < length {}
        usleep(UInt32(200_000 + random.next() % 800_000))
      }
    }
    guard let child else { return nil }
    self.child = child
  }

  /// Ends it.
  public func stop() { _ = child.end(killing: true) }
}
