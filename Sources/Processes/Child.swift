import CPlatform
import Files
import Glibc
import Measurement

/// A copy of this process that tells over a pipe, line by line, what it does.
///
/// Made by fork without exec: an emulated process stays emulated, and the child knows what its parent knew.
public struct Child {
  /// How it ended.
  public enum Ending: Equatable {
    /// With status 0.
    case finished
    /// By a signal that it did not catch.
    case crashed(signal: Int32)
    /// With another status.
    case exited(status: Int32)
    /// It was killed.
    case tooSlow
  }

  /// Of the process.
  public let id: pid_t
  private let input: Int32
  private var rest: [UInt8] = []

  /// Nil: the system makes no process, `errno` tells why.
  /// - Parameter body: what the copy does; it sends lines without their ends.
  /// - Precondition: the calling process has one thread, as threads are not copied.
  public init?(_ body: (_ send: @escaping (String) -> Void) -> Void) {
    var ends: [Int32] = [0, 0]
    guard cplatform_pipe(&ends) == 0 else { return nil }
    let output = ends[1]
    id = cplatform_fork()
    if id == 0 {
      close(ends[0])
      Child.crashQuietly()
      // Where nobody listens any more there is nothing left to do.
      body { if !writeAll("\($0)\n", to: output) { _exit(1) } }
      _exit(0)
    }
    input = ends[0]
    close(output)
    if id < 0 {
      close(input)
      return nil
    }
  }

  /// The Swift runtime's own handlers write a backtrace, which takes seconds and looks as if the tool had ended; what happened is
  /// told in a sentence. Who asks for backtraces gets them.
  private static func crashQuietly() {
    guard getenv("SWIFT_BACKTRACE") == nil else { return }
    for number in [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGTRAP] { signal(number, SIG_DFL) }
  }

  /// Lines that came within `time`, none if nothing came; nil at the end.
  public mutating func lines(within time: Seconds) -> [String]? {
    var request = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
    guard poll(&request, 1, Int32(max(0, min(time.value, 1e6)) * 1e3)) > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = read(input, &bytes, bytes.count)
    if count < 0 && errno == EINTR { return [] }
    guard count > 0 else { return nil }
    rest += bytes[..<count]
    var lines: [String] = []
    while let end = rest.firstIndex(of: 10) {
      lines.append(String(decoding: rest[..<end], as: UTF8.self))
      rest.removeFirst(end + 1)
    }
    return lines
  }

  /// Waits for the end, which has come or is brought about.
  public func end(killing: Bool) -> Ending {
    if killing { kill(id, SIGKILL) }
    close(input)
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0 && errno == EINTR {}
    if killing { return .tooSlow }
    if status & 0x7F != 0 { return .crashed(signal: status & 0x7F) }
    let code = status >> 8 & 0xFF
    return code == 0 ? .finished : .exited(status: code)
  }
}
