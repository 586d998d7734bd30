import Files
import Foundation
import Glibc
import Harness
import PlainText
import Records
import Workloads

/// Rows of finished workloads, on disk while a run goes on: a line of JSON, a CSV header, then the rows of each workload
/// with a line `#done INDEX` after them. It is locked as long as the run lives.
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

  /// Nil: rows are kept in memory only.
  private let path: String?
  let arguments: [String]
  /// When the run began, which an interruption does not change: ISO 8601, UTC.
  let started: String
  /// Rows of finished workloads by index.
  private(set) var done: [Int: [RunRow]] = [:]
  /// Nil: it was not made, or there is none.
  private var file: LockedFile?
  /// Workloads that are in it.
  private var written = 0
  private var isBroken = false

  private init(_ path: String?, _ arguments: [String], started: String) {
    self.path = path
    self.arguments = arguments
    self.started = started
  }

  /// The file of a run that begins now, beside an output. Where it cannot be made, that is said, and rows are kept in memory only.
  /// - Throws: if another run writes it or an interrupted run has left rows there.
  init(beside output: String?, _ arguments: [String]) throws(UsageError) {
    self.init(
      output.map { $0 + ".partial" }, arguments, started: ISO8601DateFormatter().string(from: Date()))
    guard let output, let path else { return }
    do { file = try SideFile.made(path) } catch {
      switch error {
      case .isHeld: throw UsageError("--output \(output): \(path): \(error)")
      case .system(EEXIST):
        throw UsageError(
          "--output \(output): \(path) holds rows of an interrupted run; 'cbambench run --resume \(path)' continues it, "
            + "or remove the file")
      case .system(EISDIR): tell(String(cString: strerror(EEXIST)))
      case .notRegular: throw UsageError("--output \(output): \(path) \(error); remove it")
      case .system: tell("\(error)")
      }
    }
    if file != nil { begin() }
  }

  /// A new file, or one that a run has left without rows.
  /// - Throws: `EEXIST` if there is another one.
  private static func made(_ path: String) throws(LockedFile.Failure) -> LockedFile {
    do { return try LockedFile(creating: path) } catch {
      guard error == .system(EEXIST) else { throw error }
    }
    let file: LockedFile
    do { file = try LockedFile(opening: path, followingLinks: false) } catch {
      throw error == .system(ELOOP) ? .notRegular : error
    }
    let text = String(decoding: file.content ?? [], as: UTF8.self)
    guard text.hasSuffix(RowLine.header),
      text.dropLast(RowLine.header.count).dropLast().allSatisfy({ !$0.isNewline }),
      decoded(Head.self, text.dropLast(RowLine.header.count)) != nil
    else { throw .system(EEXIST) }
    return file
  }

  private mutating func begin() {
    do {
      try file?.cut(to: 0)
      try file?.append(head + RowLine.header)
    } catch {
      remove()
      file = nil
      tell("\(error)")
    }
  }

  /// Rows are kept in memory only from now on.
  private mutating func tell(_ reason: String) {
    isBroken = true
    Console.progress("")
    Console.note("cbambench: \(path ?? ""): cannot be written: \(reason); measuring goes on without")
  }

  /// Reads the file of an interrupted run; what lies after its last finished workload is cut off.
  /// - Throws: if that run goes on.
  init(reading path: String) throws(UsageError) {
    let file: LockedFile
    do { file = try LockedFile(opening: path, followingLinks: true) } catch {
      switch error {
      case .isHeld: throw UsageError("--resume \(path.shownPath): \(error)")
      case .system(ENOENT): throw UsageError("--resume \(path.shownPath): there is no such file")
      case .notRegular: throw UsageError("--resume \(path.shownPath): \(error)")
      case .system: throw UsageError("--resume \(path.shownPath): cannot be read and written: \(error)")
      }
    }
    let content = try Content(file, path: path)
    self.init(path, content.head.arguments, started: content.head.started)
    done = content.done
    do { try file.cut(to: content.bytes) } catch {
      throw UsageError("--resume \(path.shownPath): cannot be written: \(error)")
    }
    self.file = file
    written = done.count
  }

  /// What an interrupted run has left.
  private struct Content {
    let head: Head
    /// Rows of finished workloads by index.
    private(set) var done: [Int: [RunRow]] = [:]
    /// Up to the end of the last of them.
    private(set) var bytes: Int

    init(_ file: LockedFile, path: String) throws(UsageError) {
      func error(_ reason: String) -> UsageError { UsageError("--resume \(path.shownPath): \(reason)") }
      guard let data = file.content else { throw error("cannot be read") }
      let text = String(decoding: data, as: UTF8.self)
      let parts = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[1].hasPrefix(RowLine.header),
        let found = SideFile.decoded(Version.self, parts[0])
      else { throw error("is not a .partial file of this version of 'cbambench run'") }
      guard found.cbambench == SideFile.version, let head = SideFile.decoded(Head.self, parts[0]) else {
        throw error("has version \(found.cbambench); expected \(SideFile.version)")
      }
      self.head = head
      bytes = parts[0].utf8.count + 1 + RowLine.header.utf8.count
      var block = ""
      let lines = parts[1].dropFirst(RowLine.header.count)
      for line in lines.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
        block += line + "\n"
        guard line.hasPrefix(SideFile.marker) else { continue }
        guard finish(line, block) else { throw error("is damaged before the line '\(line.shown)'") }
        block = ""
      }
    }

    /// Takes a workload whose rows lie before the line that closes it.
    private mutating func finish(_ line: Substring, _ block: String) -> Bool {
      guard let index = Int(line.dropFirst(SideFile.marker.count)), done[index] == nil,
        let rows = SideFile.rows(String(block.dropLast(line.count + 1)))
      else { return false }
      done[index] = rows
      bytes += block.utf8.count
      return true
    }
  }

  private static func decoded<T: Decodable>(_ type: T.Type, _ line: some StringProtocol) -> T? {
    try? JSONDecoder().decode(type, from: Data(line.utf8))
  }

  /// Rows that a child has sent; nil if one is none.
  static func rows(_ lines: [RowLine]) -> [RunRow]? { rows(lines.map(\.csv).joined()) }

  private static func rows(_ csv: String) -> [RunRow]? {
    RowLine.records(csv)?.map { RunRow(restoring: $0) }
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

  var sentence: String { "cbambench: \(place)" }

  /// Where the rows are and what to do with them.
  var place: String {
    let name = path ?? ""
    let rows = isBroken ? "rows of the first \(written) workloads" : "rows so far"
    return "\(rows) are in \(name); 'cbambench run --resume \(name)' continues"
  }

  /// Adds a finished workload; where the disk is full says so once.
  mutating func append(_ index: Int, _ lines: [RowLine], _ rows: [RunRow]) {
    done[index] = rows
    guard let file, !isBroken else { return }
    do { try file.append(lines.map(\.csv).joined() + SideFile.marker + "\(index)\n") } catch {
      tell("\(error)")
      return
    }
    written += 1
    if written == 1, isatty(2) == 1 {
      Console.progress("")
      Console.note(sentence)
    }
  }

  private var head: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = try? encoder.encode(Head(cbambench: SideFile.version, arguments: arguments, started: started))
    return String(decoding: data ?? Data(), as: UTF8.self) + "\n"
  }

  /// Ends the run: where it is complete or has no rows, the file goes.
  func finish(isComplete: Bool) { if isComplete || written == 0 { remove() } }

  private func remove() { if let path, file != nil { unlink(path) } }

  /// Whether there is something to continue from.
  var isUseful: Bool { file != nil && written > 0 }
}
