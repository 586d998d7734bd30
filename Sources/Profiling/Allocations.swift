import CGperftools
import Synchronization

/// Heap allocations of all threads of the process.
public enum Allocations {
  private static let counter = Atomic<Int>(0)

  /// Allocations while `body` runs, of whatever thread; nil if the allocator does not tell (a sanitizer replaced it).
  ///
  /// One thread at a time may count.
  public static func count(during body: () -> Void) -> Int? {
    isTold ? hooked(body) : nil
  }

  /// Whether an allocation is noticed, found out once.
  private static let isTold: Bool = {
    let noticed = hooked { UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 8).deallocate() }
    return (noticed ?? 0) > 0
  }()

  private static func hooked(_ body: () -> Void) -> Int? {
    // Touched before the hook is in place, which must not initialise it.
    counter.store(0, ordering: .sequentiallyConsistent)
    guard MallocHook_AddNewHook(hook) != 0 else { return nil }
    body()
    guard MallocHook_RemoveNewHook(hook) != 0 else { return nil }
    return counter.load(ordering: .sequentiallyConsistent)
  }

  private static let hook: MallocHook_NewHook = { _, _ in counter.add(1, ordering: .relaxed) }
}
