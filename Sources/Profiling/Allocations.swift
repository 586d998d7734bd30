import CGperftools
import Synchronization

/// Heap allocations of all threads of the process.
public enum Allocations {
  private static let counter = Atomic<Int>(0)

  /// Runs `body`, and counts allocations meanwhile, of whatever thread; nil if the allocator does not tell (a sanitizer
  /// replaced it).
  ///
  /// Several threads may count at once. From the first call on every allocation of the process adds to one counter.
  public static func count(during body: () -> Void) -> Int? {
    let counts = areTold
    let before = counter.load(ordering: .sequentiallyConsistent)
    body()
    return counts ? counter.load(ordering: .sequentiallyConsistent) - before : nil
  }

  /// Whether allocations are noticed, found out once: the hook stays in place.
  static let areTold: Bool = {
    // Touched before the hook is in place, which must not initialise it.
    let before = counter.load(ordering: .sequentiallyConsistent)
    guard MallocHook_AddNewHook(hook) != 0 else { return false }
    UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 8).deallocate()
    return counter.load(ordering: .sequentiallyConsistent) > before
  }()

  private static let hook: MallocHook_NewHook = { _, _ in counter.add(1, ordering: .relaxed) }
}
