import Foundation
import Glibc
import Measurement
import Records

/// What is wrong with a serving process, in words that follow its name.
struct PeerFailure: Error, Equatable {
  let loss: PairedRun.Loss
  /// The last step that it told of.
  let step: Step?
}

/// A process of a build that serves, at the other end of two pipes.
final class Peer {
  /// A workload has a step and a row per case; who says more talks without end.
  private static let mostLines = 100_000
  private let id: pid_t
  private let toPeer: Int32
  private let fromPeer: Int32
  private let limit: Seconds
  private var rest: [UInt8] = []
  private var isOver = false
  /// CSV header of its rows.
  private(set) var header = ""
  private(set) var tool = ""

  /// Starts a build and exchanges greetings.
  /// - Parameters:
  ///   - words: executable and arguments.
  ///   - limit: the longest wait for a line.
  init(_ words: [String], limit: Seconds) throws(PeerFailure) {
    self.limit = limit
    var (input, output): ([Int32], [Int32]) = ([0, 0], [0, 0])
    guard pipe(&input) == 0, pipe(&output) == 0 else {
      throw PeerFailure(loss: .init(.crashed, "cannot be started: \(Self.error(errno))"), step: nil)
    }
    for end in input + output { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (toPeer, fromPeer) = (input[1], output[0])
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, input[0], 0)
    posix_spawn_file_actions_adddup2(&actions, output[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var arguments = words.map { strdup($0) } + [nil]
    var child = pid_t()
    let status = posix_spawn(&child, words[0], &actions, nil, &arguments, environ)
    for argument in arguments { free(argument) }
    posix_spawn_file_actions_destroy(&actions)
    close(input[0])
    close(output[1])
    id = child
    guard status == 0 else {
      isOver = true
      close(toPeer)
      close(fromPeer)
      throw PeerFailure(loss: .init(.crashed, "cannot be started: \(Self.error(status))"), step: nil)
    }
    try greet()
  }

  deinit { end() }

  private func greet() throws(PeerFailure) {
    try send(.hello(version: ServeProtocol.version))
    let line = try line(nil)
    guard case .hello(let version, let tool, let header) = ServeReply(line) else {
      throw failed("said '\(line.prefix(60))'; expected 'hello \(ServeProtocol.version)'", nil)
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
        throw failed("said '\(line.prefix(60))', which is no reply", step)
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
      let left = limit - (Clock.now() - start)
      guard left > Seconds(0) else { throw slow(step) }
      var request = pollfd(fd: fromPeer, events: Int16(POLLIN), revents: 0)
      guard poll(&request, 1, Int32(min(left.value, 1e6) * 1e3) + 1) > 0 else { continue }
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
    let reason = "took longer than the limit of \(seconds) s"
    return PeerFailure(loss: .init(.slow, reason + Self.doing(step)), step: step)
  }

  /// The other end is closed: waits a moment for the process to end by itself and tells how it did.
  private func dead(_ step: Step?) -> PeerFailure {
    var status: Int32 = 0
    var ended: pid_t = 0
    for _ in 0..<100 where !isOver && ended == 0 {
      ended = waitpid(id, &status, WNOHANG)
      if ended == 0 { usleep(10_000) }
    }
    let sentence: String
    if ended != id {
      sentence = "stopped answering"
    } else if status & 0x7F != 0 {
      let signal = status & 0x7F
      sentence = "crashed with signal \(signal) (\(String(cString: strsignal(signal))))"
    } else {
      sentence = "ended with status \(status >> 8 & 0xFF)"
    }
    if ended == id {
      isOver = true
      close(toPeer)
      close(fromPeer)
    }
    return failed(sentence, step)
  }

  private static func doing(_ step: Step?) -> String { step.map { " while \($0.doing)" } ?? "" }

  private static func error(_ number: Int32) -> String { String(cString: strerror(number)) }

  /// Ends the process, asking first.
  func end() {
    guard !isOver else { return }
    isOver = true
    _ = writeAll("\(ServeRequest.quit)\n", to: toPeer)
    close(toPeer)
    close(fromPeer)
    var status: Int32 = 0
    for _ in 0..<50 {
      if waitpid(id, &status, WNOHANG) != 0 { return }
      usleep(2_000)
    }
    kill(id, SIGKILL)
    while waitpid(id, &status, 0) < 0 && errno == EINTR {}
  }
}
