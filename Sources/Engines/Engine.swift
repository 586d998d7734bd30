import Glibc
import Measurement
import PlainText
import Processes
import Records
import Tensors

/// Another engine: a program that answers the requests of `ServeProtocol` to contenders. Its process is started when it is
/// needed, and again when it is lost.
public final class Engine {
  /// Why an engine has no answer.
  public enum Loss: Error, Equatable {
    /// It says that it cannot do this, and goes on.
    case refused(String)
    /// It answered, but with nothing that could be used, and goes on.
    case unusable(String)
    /// It is gone, or was given up: words that follow its name.
    case lost(String)
  }

  /// An open task.
  public struct Opened: Sendable, Equatable {
    /// Of the requests that follow.
    public let index: Int
    /// How many times as large as the formula's its errors may be.
    public let growth: Double
  }

  /// So many starts in a row may fail.
  private static let mostFailures = 3
  /// A reply has few lines; who says more talks without end.
  private static let mostLines = 1000
  /// Between two looks at the processor time of a process that is to fall asleep.
  private static let glance = Seconds(0.0005)
  /// After so many looks it is called restless.
  private static let mostGlances = 200
  /// The share of a processor that a sleeping process may use.
  private static let idleShare = 0.05

  /// How it is started.
  public let command: EngineCommand
  /// Name and version, separated by a space.
  public let name: String
  /// Whether it has gone on using the processor after an answer, for a tenth of a second or more.
  public private(set) var isRestless = false
  private let limit: Seconds
  private let isInterrupted: () -> Bool
  private var dialogue: Dialogue?
  private var failures = 0

  /// Starts the engine, hears its name, and ends it again.
  /// - Parameters:
  ///   - limit: the longest wait for an answer.
  ///   - isInterrupted: after which it has a moment left.
  /// - Throws: `Loss` if it does not start or does not greet.
  public init(
    _ command: EngineCommand, limit: Seconds, isInterrupted: @escaping () -> Bool
  ) throws(Loss) {
    (self.command, self.limit, self.isInterrupted) = (command, limit, isInterrupted)
    let (dialogue, name) = try Engine.greeted(command, limit, isInterrupted)
    self.name = name
    dialogue.end()
  }

  private static func greeted(
    _ command: EngineCommand, _ limit: Seconds, _ isInterrupted: @escaping () -> Bool
  ) throws(Loss) -> (Dialogue, name: String) {
    do throws(Dialogue.Failure) {
      let dialogue = try Dialogue(
        command.words, environment: Program.quietCrashes, farewell: "\(ServeRequest.quit)", limit: limit,
        keepsErrors: true, isInterrupted: isInterrupted)
      try dialogue.say("\(ServeRequest.hello(version: ServeProtocol.version))")
      switch ServeReply.greeting(try dialogue.line()) {
      case .success((let name, let version)):
        guard isWord(name), isWord(version) else {
          throw dialogue.fail(
            .crashed,
            "calls itself '\(name.shown)' '\(version.shown)'; expected a name and a version of letters, digits and .+-_"
          )
        }
        return (dialogue, "\(name) \(version)")
      case .failure(let error): throw dialogue.fail(.crashed, "\(error)")
      }
    } catch { throw .lost(error.reason) }
  }

  /// Whether a text can stand in a row, a key of a case and a file's name.
  private static func isWord(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.unicodeScalars.allSatisfy {
        $0.isASCII
          && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || ".+-_".unicodeScalars.contains($0))
      }
  }

  private func start() throws(Loss) -> Dialogue {
    if let dialogue { return dialogue }
    guard failures < Self.mostFailures else {
      throw .lost("was given up after \(failures) failures in a row")
    }
    failures += 1
    let (new, name) = try Self.greeted(command, limit, isInterrupted)
    guard name == self.name else {
      new.end()
      throw .lost("was called \(self.name) and now calls itself \(name)")
    }
    dialogue = new
    return new
  }

  /// Ends its process; the next request starts it again.
  public func stop() {
    dialogue?.end()
    dialogue = nil
  }

  /// Opens a task besides those that are open.
  public func open(_ folder: TaskFolder, threads: Int) throws(Loss) -> Opened {
    var growth = 1.0
    let reply = try ask(.task(threads: threads, folder: folder.path)) { reply in
      switch reply {
      case .growth(let factor): growth = factor
      case .opened: return true
      default: return nil
      }
      return false
    }
    guard case .opened(let count) = reply, count > 0 else { throw strange(reply) }
    failures = 0
    return Opened(index: count - 1, growth: growth)
  }

  /// The outputs of an open task, computed once.
  public func compute(_ task: Opened, _ folder: TaskFolder) throws(Loss) -> [any AnyTensor] {
    folder.clear()
    _ = try ask(.compute(index: task.index)) { $0 == .computed ? true : nil }
    do { return try folder.read() } catch { throw .unusable("\(error)") }
  }

  /// Seconds per call of the samples of one turn.
  public func measure(_ task: Opened, _ length: Seconds) throws(Loss) -> [Double] {
    let reply = try ask(.measure(index: task.index, seconds: length.value)) {
      if case .times = $0 { true } else { nil }
    }
    guard case .times(let times, _) = reply else { throw strange(reply) }
    settle()
    return times
  }

  /// Closes all tasks.
  public func close() {
    guard dialogue != nil else { return }
    _ = try? ask(.close) { $0 == .closed ? true : nil }
    settle()
  }

  private func strange(_ reply: ServeReply) -> Loss {
    stop()
    return .lost("answered '\("\(reply)".shown)', which was not asked")
  }

  /// - Parameter isLast: whether a reply is the last; nil: it is no answer to this request.
  private func ask(
    _ request: ServeRequest, _ isLast: (ServeReply) -> Bool?
  ) throws(Loss) -> ServeReply { try answer(request, isLast).get() }

  private func answer(
    _ request: ServeRequest, _ isLast: (ServeReply) -> Bool?
  ) throws(Loss) -> Result<ServeReply, Loss> {
    let dialogue = try start()
    do throws(Dialogue.Failure) {
      try dialogue.say("\(request)")
      let deadline = Clock.now() + limit
      for _ in 0..<Self.mostLines {
        let line = try dialogue.line(by: deadline)
        guard let reply = ServeReply(line) else {
          throw dialogue.fail(.crashed, "said '\(line.shown)', which is not a reply")
        }
        if case .step = reply { continue }
        if case .refused(let reason) = reply { return .failure(.refused(reason)) }
        switch isLast(reply) {
        case true?: return .success(reply)
        case false?: continue
        case nil: throw dialogue.fail(.crashed, "answered '\(line.shown)', which was not asked")
        }
      }
      throw dialogue.fail(.crashed, "said more than \(Self.mostLines) lines to one request")
    } catch {
      self.dialogue = nil
      throw .lost(error.reason)
    }
  }

  /// Waits until the process uses no more of the processor, as threads may spin for a while after a call.
  private func settle() {
    guard var used = dialogue?.processorTime else { return }
    var seen = Clock.now()
    for _ in 0..<Self.mostGlances {
      usleep(UInt32(Self.glance.value * 1e6))
      guard let now = dialogue?.processorTime else { return }
      let time = Clock.now()
      if (now - used).value < Self.idleShare * (time - seen).value { return }
      (used, seen) = (now, time)
    }
    isRestless = true
  }
}
