import CPlatform
import Glibc
import Synchronization

/// A loop of independent iterations on threads that are made for it: one per usable CPU, or as many as the system gives, the
/// calling one at least. (Dispatch's own waits without end for a thread that it does not get.)
public enum ParallelLoop {
  private static let usableCPUs = Int(cplatform_usable_cpus())

  /// Calls `body` once with each number below `count`.
  /// - Parameter threads: at most so many; nil: one per usable CPU.
  /// - Cost: about 50 µs per thread.
  public static func run(_ count: Int, threads: Int? = nil, _ body: @escaping @Sendable (Int) -> Void) {
    let loop = Loop(count, body)
    var others: [pthread_t] = []
    while others.count + 1 < min(threads ?? usableCPUs, count) {
      var thread = pthread_t()
      let status = pthread_create(
        &thread, nil,
        { loop in
          if let loop { Unmanaged<Loop>.fromOpaque(loop).takeUnretainedValue().work() }
          return nil
        }, Unmanaged.passUnretained(loop).toOpaque())
      guard status == 0 else { break }
      others.append(thread)
    }
    loop.work()
    // They use the loop until then.
    for thread in others { pthread_join(thread, nil) }
    withExtendedLifetime(loop) {}
  }

  private final class Loop: Sendable {
    private let next = Atomic<Int>(0)
    private let count: Int
    private let body: @Sendable (Int) -> Void

    init(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) { (self.count, self.body) = (count, body) }

    func work() {
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(index)
      }
    }
  }
}
