import Foundation
import Glibc
import Harness
import Records

/// Rows of finished workloads, on disk while a run goes on: a line of JSON, a CSV header, then the rows of each workload
/// with a line `#done INDEX` behind them.
struct SideFile {
  private struct Version: Codable {
    var cbambench: Int
  }

  private struct Head: Codable {
    var cbambench: Int
    var arguments: [String]
    var started: String
  }

  private static let version = 2
  private static let marker = "#done "
  private static let header = CSV.line(Column.all.map(\.name))

  /// Nil: rows are kept in memory only.
  private let path: String?
  let arguments: [String]
  /// When the run began, which an interruption does not change: ISO 8601, UTC.
  let started: String
  /// Rows of finished workloads by index.
  private(set) var done: [Int: [RunRow]] = [:]
  /// Whether the file is there.
  private var isBegun = false
  private var isBroken = false

  private init(_ path: String?, _ arguments: [String], started: String) {
    self.path = path
    self.arguments = arguments
    self.started = started
  }

  /// The file of a run that begins now, beside an output; it is made with the first finished workload.
  /// - Throws: if an interrupted run has left one there.
  init(beside output: String?, _ arguments: [String]) throws(UsageError) {
    let path = output.map { $0 + ".partial" }
    var status = stat()
    if let output, let path, lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFDIR {
      throw UsageError(
        "--output \(output): \(path) holds rows of an interrupted run; 'cbambench run --resume \(path)' continues it, "
          + "or remove the file")
    }
    self.init(path, arguments, started: ISO8601DateFormatter().string(from: Date()))
  }

  /// Reads the file of an interrupted run; what lies behind its last finished workload is cut off.
  init(reading path: String) throws(UsageError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      let exists = FileManager.default.fileExists(atPath: path)
      throw UsageError("--resume \(path): \(exists ? "cannot be read" : "there is no such file")")
    }
    let text = String(decoding: data, as: UTF8.self)
    let parts = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].hasPrefix(SideFile.header),
      let found = SideFile.decoded(Version.self, parts[0])
    else { throw UsageError("--resume \(path): is not a .partial file of this version of 'cbambench run'") }
    guard found.cbambench == SideFile.version, let head = SideFile.decoded(Head.self, parts[0]) else {
      throw UsageError("--resume \(path): has version \(found.cbambench); expected \(SideFile.version)")
    }
    self.init(path, head.arguments, started: head.started)
    var block = ""
    var kept = parts[0].utf8.count + 1 + SideFile.header.utf8.count
    for line in parts[1].dropFirst(SideFile.header.count).split(
      separator: "\n", omittingEmptySubsequences: false
    ).dropLast() {
      guard line.hasPrefix(SideFile.marker) else {
        block += line + "\n"
        continue
      }
      guard let index = Int(line.dropFirst(SideFile.marker.count)), done[index] == nil,
        let rows = SideFile.rows(block)
      else { throw UsageError("--resume \(path): is damaged before the line '\(line)'") }
      kept += block.utf8.count + line.utf8.count + 1
      done[index] = rows
      block = ""
    }
    guard truncate(path, off_t(kept)) == 0 else {
      throw UsageError("--resume \(path): cannot be written: \(String(cString: strerror(errno)))")
    }
    isBegun = true
  }

  private static func decoded<T: Decodable>(_ type: T.Type, _ line: some StringProtocol) -> T? {
    try? JSONDecoder().decode(type, from: Data(line.utf8))
  }

  /// Rows of CSV lines without header; nil if they are none.
  static func rows(_ lines: String) -> [RunRow]? {
    (try? CSV.records(header + lines))?.map { RunRow(restoring: $0) }
  }

  /// - Throws: if the finished workloads are not those of the run, say because a suite has changed.
  func check(_ workloads: [String]) throws(UsageError) {
    for (index, rows) in done {
      let isKnown =
        workloads.indices.contains(index) && rows.allSatisfy { $0.record.workloadText == workloads[index] }
      guard isKnown else {
        let name = rows.first?.record.workloadText ?? "\(index)"
        throw UsageError(
          "--resume \(path ?? ""): workload \(name) is not there in this run; has a suite changed?")
      }
    }
  }

  var sentence: String {
    let name = path ?? ""
    return "cbambench: rows so far are in \(name); 'cbambench run --resume \(name)' continues"
  }

  /// Adds a finished workload; where the disk is full says so once.
  mutating func append(_ index: Int, _ lines: String, _ rows: [RunRow]) {
    done[index] = rows
    guard let path, !isBroken else { return }
    var text = lines + SideFile.marker + "\(index)\n"
    if !isBegun { text = head + SideFile.header + text }
    do { try write(text, to: path) } catch {
      isBroken = true
      Console.progress("")
      Console.note("cbambench: \(path): cannot be written: \(error); measuring goes on without")
      return
    }
    if !isBegun, isatty(2) == 1 {
      Console.progress("")
      Console.note(sentence)
    }
    isBegun = true
  }

  private func write(_ text: String, to path: String) throws(UsageError) {
    let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (isBegun ? O_APPEND : O_EXCL), 0o644)
    guard file >= 0 else { throw SideFile.error }
    defer { close(file) }
    guard writeAll(text, to: file), fsync(file) == 0 else { throw SideFile.error }
  }

  private static var error: UsageError { UsageError(String(cString: strerror(errno))) }

  private var head: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = try? encoder.encode(Head(cbambench: SideFile.version, arguments: arguments, started: started))
    return String(decoding: data ?? Data(), as: UTF8.self) + "\n"
  }

  /// The run is complete.
  func remove() { if let path, isBegun { unlink(path) } }

  /// Whether there is something to continue from.
  var isUseful: Bool { path != nil && isBegun && !isBroken }
}
