import CGperftools
import Foundation
import Glibc

/// gperftools' profiler of processor time, switched on for a closure. It samples every 10 ms of the process's processor
/// time; the kernel looks at that timer when a core's clock ticks, every 4 ms on most systems, so that a period as short
/// as that loses samples (a fifth of them with two busy threads).
public enum CPUProfiler {
  /// Samples all threads of the process while `body` runs.
  /// - Parameter folder: where the profiler may put its file, which has no name any more while it runs: whatever happens,
  ///   nothing is left there.
  /// - Throws: `ProfileError` if it runs already or cannot write.
  public static func record(in folder: URL = FileManager.default.temporaryDirectory, _ body: () -> Void)
    throws
    -> RecordedProfile
  {
    try requireIdle()
    let file = folder.appendingPathComponent("cbambench-\(getpid()).prof").path
    guard access(folder.path, W_OK) == 0, ProfilerStart(file) != 0 else {
      throw ProfileError(
        "\(folder.path): the profiler cannot write its file there: \(String(cString: strerror(errno)))")
    }
    let written = open(file, O_RDONLY | O_CLOEXEC)
    let failure = errno
    unlink(file)
    defer { close(written) }
    body()
    stopQuietly()
    guard written >= 0 else {
      throw ProfileError("\(file): the profiler's file cannot be read: \(String(cString: strerror(failure)))")
    }
    let bytes = FileHandle(fileDescriptor: written, closeOnDealloc: false).readDataToEndOfFile()
    return try RecordedProfile(Array(bytes), name: file)
  }

  /// Samples since the profiler was switched on.
  public static var samples: Int { Int(state.samples_gathered) }

  /// - Throws: `ProfileError` if a profiler runs.
  public static func requireIdle() throws(ProfileError) {
    var state = state
    guard state.enabled != 0 else { return }
    let file = withUnsafeBytes(of: &state.profile_name) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    throw ProfileError(
      "a profiler is running already, into \(file); unset CPUPROFILE, as one process has one profiler")
  }

  private static var state: ProfilerState {
    var state = ProfilerState()
    ProfilerGetCurrentState(&state)
    return state
  }

  /// gperftools tells on standard error how much it has written.
  private static func stopQuietly() {
    let (console, nowhere) = (dup(2), open("/dev/null", O_WRONLY | O_CLOEXEC))
    if console >= 0 && nowhere >= 0 { dup2(nowhere, 2) }
    ProfilerStop()
    if console >= 0 { dup2(console, 2) }
    for file in [console, nowhere] where file >= 0 { close(file) }
  }
}
