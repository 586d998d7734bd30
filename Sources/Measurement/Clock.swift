import Glibc

/// A length of time in seconds.
public struct Seconds: Hashable, Comparable, Sendable {
  /// Seconds, with fractions.
  public var value: Double
  /// - Parameter value: seconds.
  public init(_ value: Double) { self.value = value }
  /// The time in milliseconds.
  public var milliseconds: Double { value * 1e3 }
  /// Orders by length.
  public static func < (a: Seconds, b: Seconds) -> Bool { a.value < b.value }
  /// The two times, one after the other.
  public static func + (a: Seconds, b: Seconds) -> Seconds { Seconds(a.value + b.value) }
  /// How much longer `a` is than `b`; negative if it is shorter.
  public static func - (a: Seconds, b: Seconds) -> Seconds { Seconds(a.value - b.value) }
}

/// The monotonic clock that all times come from.
public enum Clock {
  /// Time since some fixed moment, never going backwards.
  public static func now() -> Seconds { read(CLOCK_MONOTONIC) }

  /// Processor time of all threads of this process.
  public static func processorTime() -> Seconds { read(CLOCK_PROCESS_CPUTIME_ID) }

  /// Time since 1970.
  public static func wall() -> Seconds { read(CLOCK_REALTIME) }

  private static func read(_ clock: clockid_t) -> Seconds {
    var time = timespec()
    clock_gettime(clock, &time)
    return Seconds(Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9)
  }

  /// How long `body` takes.
  public static func time(_ body: () throws -> Void) rethrows -> Seconds {
    let start = now()
    try body()
    return now() - start
  }
}
