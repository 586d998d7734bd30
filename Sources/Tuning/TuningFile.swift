import Files
import Foundation
import Kernels
import Measurement
import PlainText
import Records

/// What is wrong with a file of times: its path, and where and what.
public struct TuningError: Error, Equatable, CustomStringConvertible {
  public let description: String
}

/// Times of kernels as a file: records of some columns, of one machine or several.
public struct TuningFile: Sendable {
  /// Those that are there so far.
  public private(set) var records: [Record]
  /// Whether `text` keeps all that it has: false of records that have more columns.
  public let isOwn: Bool

  private static let columns = [
    "workload_text", "kernel", "isa", "threads", "cache", "status", "median_ms", "fingerprint", "started",
  ]
  /// Some hundred thousand rows.
  private static let mostBytes = 1 << 26

  /// A file without a row.
  public init() { (records, isOwn) = ([], true) }

  /// Reads a file that `tune` has written, or any records: those of kernels that were right count.
  public init(path: String) throws(TuningError) {
    let bytes: [UInt8]
    do { bytes = try InputFile.bytes(path, expected: "a file of times", atMost: Self.mostBytes) } catch {
      throw TuningError(description: "\(error)")
    }
    do { records = try RecordsFile.read(Data(bytes), severalMachines: true) } catch {
      throw TuningError(description: "\(path.shownPath): \(error)")
    }
    isOwn = bytes.starts(with: CSV.text([], Self.recordColumns).utf8)
  }

  /// Adds what was measured; rows of the same case on the same machine go.
  public mutating func add(_ measured: [Record]) {
    let new = measured.filter(Self.counts)
    let known = Set(new.map(Self.key))
    records = records.filter { !known.contains(Self.key($0)) } + new
  }

  /// CSV.
  public var text: String { CSV.text(records, Self.recordColumns) }

  private static var recordColumns: [Column<Record>] {
    RecordColumn.all.filter { columns.contains($0.name) }.map(\.column)
  }

  /// Whether a row tells how fast a right kernel is on dense data where nothing was evicted.
  static func counts(_ record: Record) -> Bool {
    record.status == Record.Status.ok.rawValue && record.cache == "hot" && (record.medianMs ?? 0) > 0
      && record.kernel != "reference" && record.threads != nil && ["", DataText.dense].contains(record.data)
  }

  private static func key(_ record: Record) -> [String] {
    [
      record.fingerprint, record.workloadText, record.isa, record.kernel, "\(record.threads ?? 0)",
    ]
  }
}

extension TuningFile {
  /// What `Machine.fingerprint` says of this machine and this build.
  public static var fingerprintHere: String {
    Machine().fingerprint(instructionSets: ISA.available.map(\.rawValue))
  }

  /// Machines of which it has rows.
  public var fingerprints: [String] { Set(records.map(\.fingerprint)).sorted() }
}
