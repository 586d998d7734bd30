import CGperftools
import Foundation
import Glibc
import Measurement

/// gperftools' profiler of processor time, switched on for a closure.
public enum CPUProfiler {
  /// Processor time between two samples. The kernel looks at a process's timer when a core's clock ticks, every 4 ms on
  /// most systems: a shorter time gives no more samples.
  public static let period = Seconds(4e-3)

  /// Samples all threads of the process while `body` runs.
  /// - Parameter folder: where the profiler may put its file, which is gone afterwards.
  /// - Throws: `ProfileError` if it runs already or cannot write.
  public static func record(in folder: URL = FileManager.default.temporaryDirectory, _ body: () -> Void)
    throws
    -> RecordedProfile
  {
    try requireIdle()
    let file = folder.appendingPathComponent("cbambench-\(getpid()).prof").path
    defer { unlink(file) }
    guard access(folder.path, W_OK) == 0, ProfilerStart(file) != 0 else {
      throw ProfileError(
        "\(folder.path): the profiler cannot write its file there: \(String(cString: strerror(errno)))")
    }
    sampleEvery(period)
    body()
    ProfilerStop()
    do {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
      return try RecordedProfile(Array(bytes), name: file, period: period)
    } catch let error as ProfileError {
      throw error
    } catch {
      throw ProfileError("\(file): the profiler's file cannot be read: \(error.localizedDescription)")
    }
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

  /// gperftools takes its period from the environment when it is loaded; the timer itself is the process's.
  private static func sampleEvery(_ period: Seconds) {
    let interval = timeval(tv_sec: 0, tv_usec: Int(period.value * 1e6))
    var timer = itimerval(it_interval: interval, it_value: interval)
    setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
  }
}
