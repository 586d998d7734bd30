import Foundation
import PlainText

/// A file of this tool that holds no table of records.
public enum OwnFile: CaseIterable, Sendable {
  /// Rows of a run that goes on or was interrupted.
  case partial
  /// What a comparison has measured.
  case samples

  var beginning: String {
    switch self {
    case .partial: "{\"cbambench\":"
    case .samples: "cbambench-samples"
    }
  }
}

/// What a file is that is not the text that was expected.
enum FileKind {
  private static let beginnings: [(bytes: [UInt8], name: String)] = [
    ([0x1F, 0x8B], "is compressed with gzip"), (Array("BZh".utf8), "is compressed with bzip2"),
    ([0x28, 0xB5, 0x2F, 0xFD], "is compressed with zstd"),
    ([0xFD] + Array("7zXZ".utf8), "is compressed with xz"),
    (Array("PK".utf8) + [3, 4], "is a ZIP archive or a workbook (.xlsx, .ods), which can be saved as CSV"),
    ([0xD0, 0xCF, 0x11, 0xE0], "is a workbook (.xls), which can be saved as CSV"),
    ([0xFF, 0xFE, 0, 0], "is UTF-32"), ([0, 0, 0xFE, 0xFF], "is UTF-32"),
    ([0xFF, 0xFE], "is UTF-16"), ([0xFE, 0xFF], "is UTF-16"), (Array("%PDF".utf8), "is a PDF"),
    ([0x7F] + Array("ELF".utf8), "is a program"),
    (Array(OwnFile.partial.beginning.utf8), "is a .partial file"),
    (Array(OwnFile.samples.beginning.utf8), "is a file of samples"),
    (Array("{".utf8), "is JSON"), (Array("[".utf8), "is JSON"), (Array("<".utf8), "is HTML or XML"),
    (Array("|".utf8), "is a table of Markdown"),
  ]

  /// UTF-8 text that may be CSV; nil: something else.
  static func text(_ data: Data) -> String? {
    guard beginning(data) == nil, !data.contains(0) else { return nil }
    return String(data: data, encoding: .utf8)
  }

  /// What `text` has refused.
  static func name(_ data: Data) -> String {
    if let name = beginning(data) { return name }
    guard data.contains(0) else { return "is not UTF-8 text" }
    // Of two bytes per letter one is zero, mostly.
    let isWide = data.prefix(100).count { $0 == 0 } >= min(data.count, 100) / 3
    return isWide ? "is UTF-16" : "is not text"
  }

  /// Which of this tool's other files it is; nil: none.
  static func own(_ data: Data) -> OwnFile? {
    OwnFile.allCases.first { start(data).starts(with: $0.beginning.utf8) }
  }

  private static func start(_ data: Data) -> Data.SubSequence {
    data.prefix(200).drop { " \t\r\n".utf8.contains($0) }
  }

  private static func beginning(_ data: Data) -> String? {
    let start = start(data)
    return beginnings.first { start.starts(with: $0.bytes) }?.name
  }
}
