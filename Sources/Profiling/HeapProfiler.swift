import CGperftools
import Foundation
import Glibc

/// tcmalloc's heap profiler, switched on for a closure: the stack of every allocation of every thread. Memory that is mapped
/// without the allocator (`Tensor`) is not seen.
public enum HeapProfiler {
  /// Notes who allocates while `body` runs; one at a time, others wait.
  /// - Throws: `ProfileError` if it runs already, or allocations are not told; what `body` throws.
  public static func record(_ body: () throws -> Void) throws -> RecordedHeap {
    one.lock()
    defer { one.unlock() }
    try requireIdle()
    let text = try quietly {
      HeapProfilerStart(nowhere)
      defer { HeapProfilerStop() }
      try body()
      return GetHeapProfile()
    }
    guard let text else { throw ProfileError("tcmalloc gave no heap profile") }
    defer { free(text) }
    return try RecordedHeap(
      Array(UnsafeRawBufferPointer(start: text, count: strlen(text))), name: "the heap profile")
  }

  /// - Throws: `ProfileError` if a heap profiler runs or the allocator is another one.
  public static func requireIdle() throws(ProfileError) {
    if IsHeapProfilerRunning() != 0 {
      throw ProfileError(
        "a heap profiler is running already\(ownFile.map { ", into \($0)" } ?? ""); unset HEAPPROFILE, as one process has one heap profiler"
      )
    }
    if !Allocations.areTold {
      throw ProfileError(
        "the heap cannot be profiled: allocations do not go through tcmalloc (a sanitizer or LD_PRELOAD replaced it)"
      )
    }
  }

  /// What HEAPPROFILE names. tcmalloc sets the first byte's highest bit, so that child processes are not profiled.
  private static var ownFile: String? {
    guard let value = getenv("HEAPPROFILE"), value.pointee != 0 else { return nil }
    let bytes = UnsafeBufferPointer(start: value, count: strlen(value)).map { UInt8(bitPattern: $0) }
    return String(decoding: [bytes[0] & 0x7F] + bytes[1...], as: UTF8.self)
  }

  /// Where the profiler puts a file whenever much is allocated: below what is no folder, so that it makes none. The profile is
  /// taken from memory.
  private static let nowhere = "/dev/null/cbambench"
  private static let one = NSLock()

  /// tcmalloc tells on standard error whenever it has written.
  private static func quietly<Result>(_ body: () throws -> Result) rethrows -> Result {
    let (console, nowhere) = (dup(2), open("/dev/null", O_WRONLY | O_CLOEXEC))
    if console >= 0 && nowhere >= 0 { dup2(nowhere, 2) }
    defer {
      if console >= 0 { dup2(console, 2) }
      for file in [console, nowhere] where file >= 0 { close(file) }
    }
    return try body()
  }
}
