import Glibc
import Measurement

/// Another program, as a process in a group of its own.
///
/// Started by posix_spawn on the calling thread: no thread is made and no memory copied, so that it either starts or says at once
/// why not, however little the system has left.
public final class Program {
  /// How a process ended.
  public enum Ending: Equatable, Sendable, CustomStringConvertible {
    /// With a status of its own.
    case exited(status: Int32)
    /// By a signal that it did not catch.
    case crashed(signal: Int32)

    /// - Parameter status: what waitpid tells.
    init(wait status: Int32) {
      self = status & 0x7F == 0 ? .exited(status: status >> 8 & 0xFF) : .crashed(signal: status & 0x7F)
    }

    /// Words that follow the program's name.
    public var description: String {
      switch self {
      case .exited(let status): "ended with status \(status)"
      case .crashed(let signal): "crashed with signal \(signal) (\(String(cString: strsignal(signal))))"
      }
    }
  }

  /// Where a standard stream of the program leads; nil: nowhere.
  public struct Streams {
    /// Standard input.
    public var input: Int32?
    /// Standard output.
    public var output: Int32?
    /// Standard error.
    public var error: Int32?

    /// Streams that are not given lead nowhere.
    public init(input: Int32? = nil, output: Int32? = nil, error: Int32? = nil) {
      (self.input, self.output, self.error) = (input, output, error)
    }
  }

  /// Variables for builds of this tool: the Swift runtime writes no backtrace, which takes seconds and lands between the lines
  /// of the protocol; how the process ended is told in a sentence.
  public static let quietCrashes = ["SWIFT_BACKTRACE": "enable=no"]

  /// Between two looks at a process that is about to end.
  private static let pause: UInt32 = 1000
  let id: pid_t
  private var ending: Ending?

  /// - Parameters:
  ///   - words: executable and arguments; one without a slash is searched for in PATH.
  ///   - environment: variables besides those of this process.
  /// - Throws: `StartError` if the system does not start it.
  public init(_ words: [String], _ streams: Streams, environment: [String: String] = [:]) throws(StartError) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (stream, file) in [(0, streams.input), (1, streams.output), (2, streams.error)] as [(Int32, Int32?)] {
      if let file {
        posix_spawn_file_actions_adddup2(&actions, file, stream)
      } else {
        posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", stream == 0 ? O_RDONLY : O_WRONLY, 0)
      }
    }
    var attributes = Program.attributes
    defer { posix_spawnattr_destroy(&attributes) }
    var arguments = words.map { strdup($0) } + [nil]
    var variables = Program.variables(environment).map { strdup($0) } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var child = pid_t()
    let status = posix_spawnp(&child, words[0], &actions, &attributes, &arguments, &variables)
    guard status == 0 else { throw StartError(number: status) }
    id = child
  }

  /// A group of its own, no signal blocked, and those that this process ignores are as usual.
  private static var attributes: posix_spawnattr_t {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for number in [SIGINT, SIGTERM, SIGPIPE, SIGXFSZ, SIGXCPU, SIGUSR1] { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    return attributes
  }

  private static func variables(_ changed: [String: String]) -> [String] {
    var variables: [String] = []
    var next = environ
    while let text = next.pointee {
      let variable = String(cString: text)
      let name = variable.prefix { $0 != "=" }
      if changed[String(name)] == nil { variables.append(variable) }
      next += 1
    }
    return variables + changed.map { "\($0)=\($1)" }
  }

  /// How it ended, if it has.
  public func ended() -> Ending? {
    if ending != nil { return ending }
    var status: Int32 = 0
    let found = waitpid(id, &status, WNOHANG)
    if found == id { ending = Ending(wait: status) }
    // Somebody else has heard of its end.
    if found < 0 && errno == ECHILD { ending = .exited(status: 0) }
    return ending
  }

  /// Waits for its end, `time` at most; nil: it goes on.
  public func ended(within time: Seconds) -> Ending? {
    let start = Clock.now()
    while ended() == nil, Clock.now() - start < time { usleep(Program.pause) }
    return ending
  }

  /// Ends it and what it has started.
  /// - Parameter grace: how long it may take to end when asked to; none: it is not asked.
  public func stop(grace: Seconds = Seconds(0)) {
    if grace > Seconds(0), ended() == nil {
      kill(-id, SIGTERM)
      _ = ended(within: grace)
    }
    kill(-id, SIGKILL)
    // One that waits for a device ends when that answers; it is no longer waited for.
    _ = ended(within: Seconds(5))
  }

  deinit { if ending == nil { stop() } }
}

/// A program that was not started.
public struct StartError: Error, Equatable, CustomStringConvertible {
  /// As `errno` has it.
  public let number: Int32

  /// - Parameter number: as `errno` has it.
  public init(number: Int32) { self.number = number }

  /// Words that follow the program's name.
  public var description: String { "cannot be started: \(String(cString: strerror(number)))" }
}
