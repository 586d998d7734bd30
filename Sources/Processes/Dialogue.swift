import CPlatform
import Files
import Glibc
import Measurement

/// Another program at the other end of two pipes: lines to it and lines from it, and no wait without an end.
public final class Dialogue {
  /// Why the other side can no longer be talked to.
  public struct Failure: Error, Equatable {
    /// What happened to it.
    public enum Kind: Sendable {
      /// The system did not start it.
      case notStarted
      /// It ended, closed its side or talks without end.
      case crashed
      /// It was silent for too long.
      case slow
    }

    /// What happened to it.
    public let kind: Kind
    /// Words that follow the program's name.
    public let reason: String

    /// - Parameter reason: words that follow the program's name.
    public init(_ kind: Kind, _ reason: String) { (self.kind, self.reason) = (kind, reason) }
  }

  /// How long the other side may go on after an interruption: a turn ends within it.
  public static let grace = Seconds(1)
  /// How late an interruption is noticed.
  private static let glance = Seconds(0.2)
  /// The longest line, in bytes.
  private static let longestLine = 1 << 20
  /// Bytes of standard error that are kept: the last ones say why a program ends.
  private static let keptErrors = 4096

  private let program: Program
  private let isInterrupted: () -> Bool
  private let toProgram: Int32
  private let fromProgram: Int32
  /// Where its standard error arrives; nil: nowhere.
  private var errors: Int32?
  private let limit: Seconds
  private let farewell: String
  private var rest: [UInt8] = []
  private var lastErrors: [UInt8] = []
  private var isOver = false
  /// When an interruption was noticed.
  private var told: Seconds?

  /// Starts a program.
  /// - Parameters:
  ///   - words: executable and arguments.
  ///   - farewell: the line that asks it to end.
  ///   - limit: the longest wait for a line, unless a line is awaited with a limit of its own.
  ///   - keepsErrors: whether the end of its standard error is told where it fails.
  ///   - isInterrupted: after which it has a moment left.
  public init(
    _ words: [String], environment: [String: String] = [:], farewell: String, limit: Seconds,
    keepsErrors: Bool = false, isInterrupted: @escaping () -> Bool
  ) throws(Failure) {
    (self.limit, self.farewell, self.isInterrupted) = (limit, farewell, isInterrupted)
    var pipes: [[Int32]] = []
    for _ in 0..<(keepsErrors ? 3 : 2) {
      var ends: [Int32] = [-1, -1]
      guard cplatform_pipe(&ends) == 0 else {
        let error = StartError(number: errno)
        for end in pipes.joined() { close(end) }
        throw Failure(.notStarted, "\(error)")
      }
      pipes.append(ends)
    }
    (toProgram, fromProgram) = (pipes[0][1], pipes[1][0])
    errors = keepsErrors ? pipes[2][0] : nil
    // Its ends are closed here before anything is read: else it would never seem to be gone.
    let theirs = [pipes[0][0], pipes[1][1]] + (keepsErrors ? [pipes[2][1]] : [])
    do {
      defer { for end in theirs { close(end) } }
      program = try Program(
        words, Program.Streams(input: theirs[0], output: theirs[1], error: keepsErrors ? theirs[2] : nil),
        environment: environment)
    } catch {
      for end in [toProgram, fromProgram] { close(end) }
      if let errors { close(errors) }
      throw Failure(.notStarted, "\(error)")
    }
  }

  deinit { end() }

  /// Processor time that the process has used so far, all its threads; nil: it is gone.
  public var processorTime: Seconds? { isOver ? nil : program.processorTime }

  /// Sends a line, given without its end.
  public func say(_ line: String) throws(Failure) {
    guard !isOver, writeAll("\(line)\n", to: toProgram) else { throw dead() }
  }

  /// The next line, without its end.
  /// - Parameter deadline: by the clock; nil: the limit from now on.
  public func line(by deadline: Seconds? = nil) throws(Failure) -> String {
    let end = deadline ?? Clock.now() + limit
    while true {
      if let end = rest.firstIndex(of: 10) {
        let line = String(decoding: rest[..<end], as: UTF8.self)
        rest.removeFirst(end + 1)
        return line
      }
      guard rest.count < Self.longestLine else {
        throw fail(.crashed, "said more than 1 MiB without a line's end")
      }
      if isInterrupted(), told == nil { told = Clock.now() }
      let now = Clock.now()
      let left = min(end - now, told.map { Self.grace - (now - $0) } ?? end - now)
      guard left > Seconds(0) else { throw slow() }
      try hear(within: min(left, Self.glance))
    }
  }

  /// Takes what comes on either stream.
  private func hear(within time: Seconds) throws(Failure) {
    var requests = [pollfd(fd: fromProgram, events: Int16(POLLIN), revents: 0)]
    if let errors { requests.append(pollfd(fd: errors, events: Int16(POLLIN), revents: 0)) }
    guard poll(&requests, nfds_t(requests.count), Int32(time.value * 1e3) + 1) > 0 else { return }
    if requests.count > 1, requests[1].revents != 0 { hearErrors() }
    guard requests[0].revents != 0 else { return }
    guard let bytes = Self.bytes(from: fromProgram) else { return }
    guard !bytes.isEmpty else { throw dead() }
    rest += bytes
  }

  private func hearErrors() {
    guard let errors, let bytes = Self.bytes(from: errors) else { return }
    if bytes.isEmpty {
      close(errors)
      self.errors = nil
    }
    lastErrors = (lastErrors + bytes).suffix(Self.keptErrors)
  }

  /// Empty at the end of the stream; nil: a signal came instead.
  private static func bytes(from file: Int32) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = read(file, &bytes, bytes.count)
    if count < 0 && errno == EINTR { return nil }
    return Array(bytes.prefix(max(0, count)))
  }

  /// Gives up the other side for a reason of the caller.
  /// - Parameter reason: words that follow the program's name.
  public func fail(_ kind: Failure.Kind, _ reason: String) -> Failure {
    end()
    return Failure(kind, reason)
  }

  private func slow() -> Failure {
    let seconds = limit.value == limit.value.rounded() ? "\(Int(limit.value))" : "\(limit.value)"
    let reason =
      told == nil
      ? "took longer than the limit of \(seconds) s" : "did not answer in time after the interruption"
    return fail(.slow, reason)
  }

  /// The other end is closed: waits a moment for the process to end by itself and tells how it did.
  private func dead() -> Failure {
    let ending = isOver ? nil : program.ended(within: Seconds(1))
    let sentence = ending.map { "\($0)" } ?? "stopped answering"
    return fail(.crashed, sentence + lastWords())
  }

  /// What it wrote last on standard error, in parentheses; empty: nothing.
  private func lastWords() -> String {
    while let errors {
      var request = pollfd(fd: errors, events: Int16(POLLIN), revents: 0)
      guard poll(&request, 1, 0) > 0 else { break }
      hearErrors()
    }
    let lines = String(decoding: lastErrors, as: UTF8.self).split(whereSeparator: \.isNewline)
    guard let last = lines.last(where: { $0.contains { !$0.isWhitespace } }) else { return "" }
    return ": \(last.prefix(300))"
  }

  /// Ends the process, asking first.
  public func end() {
    guard !isOver else { return }
    isOver = true
    _ = writeAll("\(farewell)\n", to: toProgram)
    close(toProgram)
    close(fromProgram)
    if program.ended(within: Seconds(0.1)) == nil { program.stop() }
    if let errors { close(errors) }
    errors = nil
  }
}

extension Program {
  /// Processor time that the process has used so far, all its threads; nil: it is gone.
  var processorTime: Seconds? {
    var (clock, time) = (clockid_t(), timespec())
    guard ended() == nil, clock_getcpuclockid(id, &clock) == 0, clock_gettime(clock, &time) == 0 else {
      return nil
    }
    return Seconds(Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9)
  }
}
