import CGperftools
import Foundation
import Glibc
import Kernels
import Synchronization

/// What was done to the heap for a while.
public struct HeapUse: Sendable, Equatable {
  /// Pieces allocated.
  public var allocations = 0
  /// Allocated, as it was asked for.
  public var bytes = 0
  /// Pieces freed.
  public var frees = 0

  /// Counts; by default none.
  public init(allocations: Int = 0, bytes: Int = 0, frees: Int = 0) {
    (self.allocations, self.bytes, self.frees) = (allocations, bytes, frees)
  }

  static func - (now: HeapUse, before: HeapUse) -> HeapUse {
    HeapUse(
      allocations: now.allocations - before.allocations, bytes: now.bytes - before.bytes,
      frees: now.frees - before.frees)
  }
}

/// Counts what threads do to the heap while a closure runs, exactly, through tcmalloc's hooks; what a stage does is told by
/// the thread that is in it.
public enum HeapCounter {
  /// A count.
  public struct Count: Sendable {
    /// Of all threads.
    public let use: HeapUse
    /// By how much the memory in use has changed, as the allocator rounds pieces.
    public let stays: Int
    /// The most in use at a time, beyond what was in use at first.
    public let peak: Int
    /// Of each stage by its number.
    public let stages: [HeapUse]
  }

  /// Counts while `body` runs; one count at a time, others wait. The hooks are in place no longer than that.
  /// - Precondition: the allocator tells of allocations (`Allocations.areTold`).
  public static func count(_ body: () -> Void) -> Count {
    one.lock()
    defer { one.unlock() }
    // Touched before the hooks are in place, which must not initialise them.
    let before = slots.map(\.use)
    live.store(0, ordering: .relaxed)
    peak.store(0, ordering: .relaxed)
    _ = stage
    let areHooked = MallocHook_AddNewHook(onNew) != 0 && MallocHook_AddDeleteHook(onDelete) != 0
    precondition(areHooked, "the allocator takes no hook")
    body()
    _ = MallocHook_RemoveNewHook(onNew)
    _ = MallocHook_RemoveDeleteHook(onDelete)
    let uses = zip(slots, before).map { $0.use - $1 }
    return Count(
      use: uses[0], stays: live.load(ordering: .relaxed), peak: peak.load(ordering: .relaxed),
      stages: Array(uses[1...]))
  }

  /// Runs `body` as a part of a stage: what this thread does to the heap meanwhile counts for it.
  static func run(asStage index: Int, _ body: () -> Void) {
    pthread_setspecific(stage, UnsafeRawPointer(bitPattern: index + 1))
    body()
    pthread_setspecific(stage, nil)
  }

  private static let one = NSLock()
  /// Of everything, then of each stage.
  private static let slots = (0...Region.marks).map { _ in Slot() }
  private static let live = Atomic<Int>(0)
  private static let peak = Atomic<Int>(0)
  /// The slot of the stage that a thread is in.
  private static let stage: pthread_key_t = {
    var key = pthread_key_t()
    precondition(pthread_key_create(&key, nil) == 0, "no thread-specific memory is left")
    return key
  }()

  private final class Slot: Sendable {
    let allocations = Atomic<Int>(0)
    let bytes = Atomic<Int>(0)
    let frees = Atomic<Int>(0)

    var use: HeapUse {
      HeapUse(
        allocations: allocations.load(ordering: .relaxed), bytes: bytes.load(ordering: .relaxed),
        frees: frees.load(ordering: .relaxed))
    }

    func add(_ size: Int) {
      allocations.add(1, ordering: .relaxed)
      bytes.add(size, ordering: .relaxed)
    }
  }

  private static let onNew: MallocHook_NewHook = { piece, size in
    guard let piece else { return }
    slots[0].add(size)
    let now = live.add(Int(MallocExtension_GetAllocatedSize(piece)), ordering: .relaxed).newValue
    var most = peak.load(ordering: .relaxed)
    while now > most {
      let (stored, current) = peak.compareExchange(expected: most, desired: now, ordering: .relaxed)
      if stored { break }
      most = current
    }
    if let index = pthread_getspecific(stage) { slots[Int(bitPattern: index)].add(size) }
  }

  private static let onDelete: MallocHook_DeleteHook = { piece in
    guard let piece else { return }
    slots[0].frees.add(1, ordering: .relaxed)
    live.subtract(Int(MallocExtension_GetAllocatedSize(piece)), ordering: .relaxed)
    if let index = pthread_getspecific(stage) {
      slots[Int(bitPattern: index)].frees.add(1, ordering: .relaxed)
    }
  }
}

extension Region {
  /// The same work, its stage told to `HeapCounter` and on the stack.
  /// - Parameter stage: below `marks`.
  public func counted(as stage: Int) -> Region {
    let body = body
    return replacingBody { tiles, worker in HeapCounter.run(asStage: stage) { body(tiles, worker) } }
      .marked(as: stage)
  }
}
