import Foundation
import Glibc
import Harness
import Measurement
import Processes
import Testing

/// The built executable, run as a user runs it.
struct Tool {
  /// What a call left behind.
  struct Result {
    let status: Int32
    let output: String
    let error: String

    /// Lines of standard error.
    var complaints: [Substring] { error.split(separator: "\n") }
  }

  /// `cbambench` beside the test bundle, whatever links lead there.
  static let path =
    (Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent("cbambench").path) ?? "cbambench"

  private let process = Process()
  private let streams: Scratch

  /// Starts a call.
  /// - Parameters:
  ///   - folder: where it runs; nil: where the tests run.
  ///   - output: where standard output goes; nil: it is kept for the result.
  ///   - environment: variables besides those of the tests.
  ///   - shell: commands of a shell that becomes the tool, such as `ulimit -n 8`.
  ///   - executable: another than the built one.
  init(
    _ arguments: [String], in folder: String? = nil, output: FileHandle? = nil,
    environment: [String: String] = [:], shell: String? = nil, executable: String = Tool.path
  ) throws {
    streams = try Scratch()
    process.executableURL = URL(fileURLWithPath: shell == nil ? executable : "/bin/sh")
    process.arguments = (shell.map { ["-c", "\($0); exec \"$@\"", "sh", executable] } ?? []) + arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    // Files, not pipes: nothing blocks, however much is written.
    process.standardOutput = try output ?? Tool.handle(streams.empty("stdout"))
    process.standardError = try Tool.handle(streams.empty("stderr"))
    try process.run()
  }

  private static func handle(_ path: String) throws -> FileHandle {
    try #require(FileHandle(forWritingAtPath: path), "\(path) cannot be opened")
  }

  /// What it has written on standard error until now.
  var errorSoFar: String { streams.text("stderr") ?? "" }
  var isRunning: Bool { process.isRunning }

  var id: pid_t { process.processIdentifier }
  /// What it has written on standard output until now.
  var outputSoFar: String { streams.text("stdout") ?? "" }

  /// The process that it has made, if it has.
  var child: pid_t? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.first { id in
      let (name, fields) = Tool.status(of: id)
      return name == "cbambench" && fields.count > 2 && pid_t(fields[1]) == process.processIdentifier
    }
  }

  /// Waits until the child of a run works. A process that is about to become `git` looks like it for a moment, but has done nothing.
  func workingChild() throws -> pid_t {
    var found: pid_t?
    try wait(for: "a child at work") {
      found = child.flatMap { processorTime(of: $0) > 0.02 ? $0 : nil }
      return found != nil
    }
    return try #require(found)
  }

  /// What the system tells of a process: its name, and the fields after it, the state and the parent first.
  private static func status(of id: pid_t) -> (name: Substring, fields: [Substring]) {
    let text = (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)) ?? ""
    // The name is in parentheses and may have some of its own.
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else { return ("", []) }
    return (text[text.index(after: open)..<close], text[close...].dropFirst().split(separator: " "))
  }

  /// Processor time of a process in seconds, or of the tool itself.
  func processorTime(of id: pid_t? = nil) -> Double {
    let fields = Tool.status(of: id ?? process.processIdentifier).fields
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// Waits for an event, however long it takes: the bound ends a test that would never end.
  func wait(for event: String, _ happened: () -> Bool) throws {
    for _ in 0..<60_000 {
      if happened() { return }
      guard isRunning else { break }
      usleep(5000)
    }
    // What happened with the end counts as well.
    if !happened() { throw Missed(description: "\(event) did not happen: \(errorSoFar)") }
  }

  struct Missed: Error, CustomStringConvertible { let description: String }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Sends a signal and waits until it has been taken: another one of the same kind is then a second one.
  func deliver(_ signal: Int32) throws {
    send(signal)
    try wait(for: "signal \(signal)") {
      let path = "/proc/\(process.processIdentifier)/status"
      let lines = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n") ?? []
      let masks = lines.filter { $0.hasPrefix("SigPnd:") || $0.hasPrefix("ShdPnd:") }
        .compactMap { $0.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } }
      return masks.allSatisfy { $0 >> UInt64(signal - 1) & 1 == 0 }
    }
  }

  func finish() -> Result {
    process.waitUntilExit()
    // A signal that killed it is shown as a shell does.
    let status =
      process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    return Result(status: status, output: streams.text("stdout") ?? "", error: errorSoFar)
  }

  /// Runs a call to its end.
  static func run(
    _ arguments: [String], in folder: String? = nil, output: String? = nil,
    environment: [String: String] = [:], shell: String? = nil, executable: String = Tool.path
  ) throws -> Result {
    try Tool(
      arguments, in: folder, output: output.map(handle), environment: environment, shell: shell,
      executable: executable
    ).finish()
  }

  static func run(_ arguments: String...) throws -> Result { try run(arguments) }

  /// Profiles with a budget that grows until it gives enough samples: how long that takes, the machine's other work decides.
  /// - Parameter allWorkers: whether each worker must have some.
  static func profile(
    _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:],
    allWorkers: Bool = false
  ) throws -> Result {
    var budget = 1
    while true {
      let result = try run(
        ["profile"] + arguments + ["--budget", "\(budget)"], in: folder, environment: environment)
      let isStarved =
        result.error.contains("too few for a profile")
        || allWorkers && result.output.contains("no samples of worker")
      guard isStarved, budget < 1000 else { return result }
      budget *= 2
    }
  }

  /// Compares builds whose times are fixed, with more rounds until there is a verdict: how many turns are undisturbed, the
  /// machine's other work decides. Work that begins half-way disturbs all turns after that, measured by those before.
  static func verdict(_ arguments: [String], in folder: String) throws -> Result {
    var rounds = 16
    while true {
      let result = try run(["compare"] + arguments + ["--rounds", "\(rounds)"], in: folder)
      guard result.output.contains("undetermined"), rounds < 500 else { return result }
      rounds *= 2
    }
  }
}

/// A folder of its own for one test, removed with it.
final class Scratch: Sendable {
  let path: String

  init() throws {
    let name = "cbambench-test-\(UUID().uuidString)"
    path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Names in the folder, sorted.
  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

  func file(_ name: String) -> String { path + "/" + name }

  func text(_ name: String) -> String? { try? String(contentsOfFile: file(name), encoding: .utf8) }

  /// Writes a file and returns its path.
  @discardableResult
  func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  /// Makes an executable copy of a file and returns its path.
  ///
  /// Another process writes it. Were it open for writing here while a test beside this one starts a program, that program would
  /// hold it open for a moment as well, and the system starts no file that is being written ("Text file busy").
  func executable(_ name: String, copying source: String) throws -> String {
    let said = try Program.run(
      ["install", "-m", "755", source, file(name)], keeping: .error, limit: Seconds(600))
    try #require(said.ending == .exited(status: 0), "\(said.text)")
    return file(name)
  }

  @discardableResult
  func empty(_ name: String) throws -> String { try write(name, []) }

  @discardableResult
  func folder(_ name: String) throws -> String {
    try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: true)
    return file(name)
  }
}
