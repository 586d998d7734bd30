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

extension PeerFailure {
  /// - Parameter step: that it was taking.
  init(_ failure: Dialogue.Failure, _ step: Step? = nil) {
    let doing = step.map { " while \($0.doing)" } ?? ""
    self.init(
      loss: .init(failure.kind == .slow ? .slow : .crashed, failure.reason + doing), step: step,
      isOfTheSystem: failure.kind == .notStarted)
  }
}

/// A process of a build that serves.
final class Peer {
  /// A workload has a step and a row per case; who says more talks without end.
  private static let mostLines = 100_000
  private let dialogue: Dialogue
  /// CSV header of its rows.
  private(set) var header = ""
  private(set) var tool = ""

  /// Starts a build and exchanges greetings.
  /// - Parameters:
  ///   - words: executable and arguments.
  ///   - limit: the longest wait for a line.
  ///   - isInterrupted: after which it has a moment left.
  init(_ words: [String], limit: Seconds, isInterrupted: @escaping () -> Bool) throws(PeerFailure) {
    do {
      dialogue = try Dialogue(
        words, environment: Program.quietCrashes, farewell: "\(ServeRequest.quit)", limit: limit,
        isInterrupted: isInterrupted)
    } catch { throw PeerFailure(error) }
    do { try greet() } catch { throw PeerFailure(error) }
  }

  private func greet() throws(Dialogue.Failure) {
    try dialogue.say("\(ServeRequest.hello(version: ServeProtocol.version))")
    switch ServeReply.greeting(try dialogue.line()) {
    case .success((let tool, let header)): (self.tool, self.header) = (tool, header)
    case .failure(let error): throw dialogue.fail(.crashed, "\(error)")
    }
  }

  /// Asks and hears until `isLast` says so; steps are only noted.
  func ask(_ request: ServeRequest, until isLast: (ServeReply) -> Bool) throws(PeerFailure) -> [ServeReply] {
    var step: Step?
    do { return try ask(request, until: isLast, &step) } catch { throw PeerFailure(error, step) }
  }

  private func ask(
    _ request: ServeRequest, until isLast: (ServeReply) -> Bool, _ step: inout Step?
  ) throws(Dialogue.Failure) -> [ServeReply] {
    try dialogue.say("\(request)")
    var replies: [ServeReply] = []
    for _ in 0..<Self.mostLines {
      let line = try dialogue.line()
      guard let reply = ServeReply(line) else {
        throw dialogue.fail(.crashed, "said '\(line.shown)', which is not a reply")
      }
      if case .step(let text) = reply {
        step = Step(text) ?? step
        continue
      }
      replies.append(reply)
      if case .refused = reply { return replies }
      if isLast(reply) { return replies }
    }
    throw dialogue.fail(.crashed, "said more than \(Self.mostLines) lines to one request")
  }

  /// Ends the process, asking first.
  func end() { dialogue.end() }
}
