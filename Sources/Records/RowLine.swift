/// A record on its way between processes or into a file of the tool: its line of CSV, and a digest of the result if it has one.
///
/// The one encoding of rows for the pipe of a measuring child, the side file of a run, the protocol of `compare` and its saved
/// samples. Whoever writes says once what columns there are; builds of different age find theirs by name.
public struct RowLine: Equatable, Sendable {
  /// The columns of this build: a line of CSV with its end.
  public static let header = CSV.line(RecordColumn.all.map(\.name))

  /// Of the result; nil: it has none, or nobody asks.
  public let digest: UInt64?
  /// With its line end.
  public let csv: String

  /// - Parameter csv: a line with its end.
  public init(csv: String, digest: UInt64? = nil) { (self.csv, self.digest) = (csv, digest) }

  /// A record with the columns of this build.
  public init(_ record: Record, digest: UInt64? = nil) {
    self.init(csv: CSV.line(RecordColumn.all.map { $0.text(record) }), digest: digest)
  }

  /// The record; nil: the line is none.
  /// - Parameter header: the columns of whoever wrote it.
  public func record(header: String = RowLine.header) -> Record? {
    RowLine.records(csv, header: header)?.first
  }

  /// The records of several lines; nil: they are none.
  public static func records(_ csv: String, header: String = RowLine.header) -> [Record]? {
    try? CSV.records(header + csv)
  }
}

extension RowLine: CustomStringConvertible {
  /// Inside one line of text: the digest in hexadecimal or a dash, a space, the escaped line.
  public var description: String { "\(digest.map { String($0, radix: 16) } ?? "-") \(LineText.escaped(csv))" }

  /// Nil: not what `description` writes.
  public init?(_ text: some StringProtocol) {
    let words = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard words.count == 2, let line = LineText.unescaped(words[1]) else { return nil }
    let digest = UInt64(words[0], radix: 16)
    guard digest != nil || words[0] == "-" else { return nil }
    self.init(csv: line, digest: digest)
  }
}
