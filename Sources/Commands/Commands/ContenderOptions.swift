import Engines
import Foundation
import Harness
import Measurement
import PlainText
import Workloads

extension Option {
  static let contender = Option(
    name: "--contender", value: "COMMAND",
    help: "another engine that is verified and measured in the same rounds (Bench/Peers); may be repeated")
}

/// The engines that a command line names, each greeted once, and the folder for their tasks.
struct ContenderOptions {
  /// Engines and folder.
  let contenders: Contenders
  /// Nil: there are no engines.
  private let folder: String?

  /// Pipes of an engine that is started: three, each with two ends.
  private static let files = 6
  private static let most = 32

  /// - Parameters:
  ///   - files: that are open besides.
  ///   - limit: the longest wait for an answer.
  /// - Throws: `UsageError` if a command is none, an engine does not start, or two have one name.
  init(_ arguments: Arguments, files: Int, limit: Seconds) throws(UsageError) {
    let texts = arguments.all(Option.contender.name)
    guard !texts.isEmpty else {
      (contenders, folder) = (.none, nil)
      return
    }
    guard texts.count <= Self.most else {
      throw UsageError("--contender is given \(texts.count) times; at most \(Self.most) can take part")
    }
    try Resources.check(files: files + Self.files * texts.count, for: "'run' with contenders")
    var engines: [Engine] = []
    for text in texts {
      let command = try named(Option.contender.name) { () throws(UsageError) in try EngineCommand(text) }
      let engine = try Self.engine(command, limit)
      if let other = engines.first(where: { $0.name == engine.name }) {
        throw UsageError(
          "--contender \(text.shownCommand): is called \(engine.name), as is \(other.command.text.shownCommand)"
        )
      }
      engines.append(engine)
    }
    do {
      let folder = try TaskFolder.make(in: FileManager.default.temporaryDirectory.path)
      contenders = Contenders(engines, folder: folder)
      self.folder = folder
    } catch { throw UsageError("--contender: \(error)") }
  }

  private static func engine(_ command: EngineCommand, _ limit: Seconds) throws(UsageError) -> Engine {
    do { return try Engine(command, limit: limit) { Interrupt.isSet } } catch {
      switch error {
      case .refused(let reason), .unusable(let reason), .lost(let reason):
        throw UsageError("--contender \(command.text.shownCommand): \(reason)")
      }
    }
  }

  /// Removes the folder.
  func end() { if let folder { try? FileManager.default.removeItem(atPath: folder) } }
}

extension String {
  /// A command in a message.
  fileprivate var shownCommand: String { "'\(shown(atMost: 120))'" }
}
