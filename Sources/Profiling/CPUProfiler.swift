import CGperftools
import CPlatform
import Foundation
import Glibc

/// gperftools' profiler of processor time, switched on for a closure. It samples every 10 ms of the process's processor
/// time; the kernel looks at that timer when a core's clock ticks, every 4 ms on most systems, so that a period as short
/// as that loses samples (a fifth of them with two busy threads).
public enum CPUProfiler {
  /// The profiler aborts the process where it cannot write; several thousand deep stacks take less than that.
  private static let mostBytes: rlim_t = 16 << 20

  /// Samples all threads of the process while `body` runs.
  ///
  /// The profiler writes into memory: it needs no folder, and nothing is left, whatever happens.
  /// - Throws: `ProfileError` if it runs already or cannot write.
  public static func record(_ body: () -> Void) throws -> RecordedProfile {
    try requireIdle()
    try requireLargeFiles()
    let memory = cplatform_memory_file()
    guard memory >= 0 else { throw cannotWrite }
    defer { close(memory) }
    guard ProfilerStart("/proc/self/fd/\(memory)") != 0 else { throw cannotWrite }
    body()
    stopQuietly()
    // The profiler has opened it anew: this end is still at the beginning.
    let bytes = FileHandle(fileDescriptor: memory, closeOnDealloc: false).readDataToEndOfFile()
    return try RecordedProfile(Array(bytes), name: "the profile")
  }

  private static var cannotWrite: ProfileError {
    ProfileError("the profiler cannot write its file in memory: \(String(cString: strerror(errno)))")
  }

  private static func requireLargeFiles() throws(ProfileError) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0, limit.rlim_cur < mostBytes
    else { return }
    throw ProfileError(
      "files are limited to \(limit.rlim_cur >> 10) KiB (ulimit -f); a profile may need \(mostBytes >> 10) KiB"
    )
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
