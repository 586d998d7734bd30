import CPlatform
import Files
import Glibc
import Harness
import Measurement
import PlainText
import Processes
import Records

/// What is wrong with a serving process, in words that follow its name.
struct PeerFailure: Error, Equatable {
  let loss: PairedRun.Loss
  /// The last step that it told of.
  let step: Step?
  /// The system did not start it: no loss of a case, as it says nothing about the build.
  var isOfTheSystem = false
}

/// A process of a build that serves, at the other end of two pipes.
final class Peer {
  /// A workload has a step and a row per case; who says more talks without end.
  private static let mostLines = 100_000
  /// How long it may go on after an interruption: a turn ends within it.
  static let grace = Seconds(1)
  /// How late an interruption is noticed.
  private static let glance = Seconds(0.2)
  private let program: Program
  private let isInterrupted: () -> Bool
  private let toPeer: Int32
  private let fromPeer: Int32
  private let limit: Seconds
  private var rest: [UInt8] = []
  private var isOver = false
  /// When an interruption was noticed.
  private var told: Seconds?
  /// CSV header of its rows.
  private(set) var header = ""
  private(set) var tool = ""

  /// Starts a build and exchanges greetings.
  /// - Parameters:
  ///   - words: executable and arguments.
  ///   - limit: the longest wait for a line.
  ///   - isInterrupted: after which it has a moment left.
  init(_ words: [String], limit: Seconds, isInterrupted: @escaping () -> Bool) throws(PeerFailure) {
    (self.limit, self.isInterrupted) = (limit, isInterrupted)
    var (input, output): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
    guard cplatform_pipe(&input) == 0, cplatform_pipe(&output) == 0 else {
      let error = StartError(number: errno)
      for end in input where end >= 0 { close(end) }
      throw PeerFailure(loss: .init(.crashed, "\(error)"), step: nil, isOfTheSystem: true)
    }
    (toPeer, fromPeer) = (input[1], output[0])
    // Its ends are closed here before anything is read: else it would never seem to be gone.
    let theirs = [input[0], output[1]]
    do {
      defer { for end in theirs { close(end) } }
      program = try Program(
        words, Program.Streams(input: input[0], output: output[1]), environment: Program.quietCrashes)
    } catch {
      close(toPeer)
      close(fromPeer)
      throw PeerFailure(loss: .init(.crashed, "\(error)"), step: nil, isOfTheSystem: true)
    }
    try greet()
  }

  deinit { end() }

  private func greet() throws(PeerFailure) {
    try send(.hello(version: ServeProtocol.version))
    let line = try line(nil)
    guard case .hello(let version, let tool, let header) = ServeReply(line) else {
      throw failed("said '\(line.shown)'; expected 'hello \(ServeProtocol.version)'", nil)
    }
    guard version == ServeProtocol.version else {
      throw failed("speaks version \(version) of the protocol; expected \(ServeProtocol.version)", nil)
    }
    (self.tool, self.header) = (tool, header)
  }

  /// Asks and hears until `isLast` says so; steps are only noted.
  func ask(_ request: ServeRequest, until isLast: (ServeReply) -> Bool) throws(PeerFailure) -> [ServeReply] {
    try send(request)
    var replies: [ServeReply] = []
    var step: Step?
    for _ in 0..<Self.mostLines {
      let line = try line(step)
      guard let reply = ServeReply(line) else {
        throw failed("said '\(line.shown)', which is not a reply", step)
      }
      if case .step(let text) = reply {
        step = Step(text) ?? step
        continue
      }
      replies.append(reply)
      if case .refused = reply { return replies }
      if isLast(reply) { return replies }
    }
    throw failed("said more than \(Self.mostLines) lines to one request", step)
  }

  private func send(_ request: ServeRequest) throws(PeerFailure) {
    guard !isOver, writeAll("\(request)\n", to: toPeer) else { throw dead(nil) }
  }

  /// The next line.
  private func line(_ step: Step?) throws(PeerFailure) -> String {
    let start = Clock.now()
    while true {
      if let end = rest.firstIndex(of: 10) {
        let line = String(decoding: rest[..<end], as: UTF8.self)
        rest.removeFirst(end + 1)
        return line
      }
      guard rest.count < 1 << 20 else { throw failed("said more than 1 MiB without a line's end", step) }
      if isInterrupted(), told == nil { told = Clock.now() }
      let left = min(limit - (Clock.now() - start), told.map { Self.grace - (Clock.now() - $0) } ?? limit)
      guard left > Seconds(0) else { throw slow(step) }
      var request = pollfd(fd: fromPeer, events: Int16(POLLIN), revents: 0)
      guard poll(&request, 1, Int32(min(left, Self.glance).value * 1e3) + 1) > 0 else { continue }
      var bytes = [UInt8](repeating: 0, count: 65536)
      let count = read(fromPeer, &bytes, bytes.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw dead(step) }
      rest += bytes[..<count]
    }
  }

  private func failed(_ sentence: String, _ step: Step?) -> PeerFailure {
    end()
    return PeerFailure(loss: .init(.crashed, sentence + Self.doing(step)), step: step)
  }

  private func slow(_ step: Step?) -> PeerFailure {
    end()
    let seconds = limit.value == limit.value.rounded() ? "\(Int(limit.value))" : "\(limit.value)"
    let reason =
      told == nil
      ? "took longer than the limit of \(seconds) s" : "did not answer in time after the interruption"
    return PeerFailure(loss: .init(.slow, reason + Self.doing(step)), step: step)
  }

  /// The other end is closed: waits a moment for the process to end by itself and tells how it did.
  private func dead(_ step: Step?) -> PeerFailure {
    let ending = isOver ? nil : program.ended(within: Seconds(1))
    let sentence = ending.map { "\($0)" } ?? "stopped answering"
    return failed(sentence, step)
  }

  private static func doing(_ step: Step?) -> String { step.map { " while \($0.doing)" } ?? "" }

  /// Ends the process, asking first.
  func end() {
    guard !isOver else { return }
    isOver = true
    _ = writeAll("\(ServeRequest.quit)\n", to: toPeer)
    close(toPeer)
    close(fromPeer)
    if program.ended(within: Seconds(0.1)) == nil { program.stop() }
  }
}
