import Foundation
import Glibc
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
  ///   - output: file that standard output goes to; nil: it is kept for the result.
  ///   - environment: variables besides those of the tests.
  init(
    _ arguments: [String], in folder: String? = nil, output: String? = nil,
    environment: [String: String] = [:]
  ) throws {
    streams = try Scratch()
    process.executableURL = URL(fileURLWithPath: Tool.path)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    // Files, not pipes: nothing blocks, however much is written.
    process.standardOutput = try Tool.handle(output ?? streams.empty("stdout"))
    process.standardError = try Tool.handle(streams.empty("stderr"))
    try process.run()
  }

  private static func handle(_ path: String) throws -> FileHandle {
    try #require(FileHandle(forWritingAtPath: path), "\(path) cannot be opened")
  }

  /// What it has written on standard error until now.
  var errorSoFar: String { streams.text("stderr") ?? "" }
  var isRunning: Bool { process.isRunning }

  /// The process that it has made, if it has.
  var child: pid_t? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.first { id in
      // The parent stands behind the name, which is in parentheses, and the state.
      let stat = (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)) ?? ""
      let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
      return fields.count > 2 && pid_t(fields[2]) == process.processIdentifier
    }
  }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

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
    environment: [String: String] = [:]
  ) throws -> Result {
    try Tool(arguments, in: folder, output: output, environment: environment).finish()
  }

  static func run(_ arguments: String...) throws -> Result { try run(arguments) }
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

  @discardableResult
  func empty(_ name: String) throws -> String { try write(name, []) }

  @discardableResult
  func folder(_ name: String) throws -> String {
    try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: true)
    return file(name)
  }
}
