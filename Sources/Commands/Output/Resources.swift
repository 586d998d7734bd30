import Glibc
import Workloads

/// What a process needs of the system before a command begins: where it is missing, that is said before anything crashes.
enum Resources {
  /// The words of the command line and the facts about the machine are read from a file each.
  static let filesOfAnyCommand = 1
  /// Below that, the library runs out of stack while it formats a line.
  private static let leastStack = 96 << 10

  /// Makes sure that a file which is opened never takes the number of a standard stream that was closed. Writing to such a
  /// stream fails as before.
  static func openStandardStreams() {
    for stream in 0...2 as ClosedRange<Int32> where fcntl(stream, F_GETFD) < 0 {
      _ = open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY)
    }
  }

  /// - Throws: what no command can do without.
  static func check() throws(UsageError) {
    try check(files: filesOfAnyCommand, for: "every command")
    if let stack = limit(RLIMIT_STACK), stack < leastStack {
      throw UsageError(
        "the stack is limited to \(stack >> 10) KiB (ulimit -s); expected at least \(leastStack >> 10)")
    }
  }

  /// - Parameter what: needs them.
  static func check(files: Int, for what: String) throws(UsageError) {
    var opened: [Int32] = []
    defer { for file in opened { close(file) } }
    while opened.count < files {
      let file = open("/", O_RDONLY | O_CLOEXEC)
      guard file >= 0 else {
        let most = limit(RLIMIT_NOFILE).map { "\($0)" } ?? "unlimited"
        throw UsageError(
          "too few file descriptors: \(what) needs \(files) at a time, \(opened.count) can be had "
            + "(\(String(cString: strerror(errno))); ulimit -n is \(most))")
      }
      opened.append(file)
    }
  }

  private static func limit(_ resource: __rlimit_resource) -> Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0, limit.rlim_cur != rlim_t.max else {
      return nil
    }
    return Int(clamping: limit.rlim_cur)
  }
}
