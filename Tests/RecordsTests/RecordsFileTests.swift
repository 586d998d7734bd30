import Foundation
import Records
import Testing

/// Records as people hand them in.
@Suite struct RecordsFileTests {
  private func record(_ index: Int, _ change: (inout Record) -> Void = { _ in }) -> Record {
    var record = Record()
    (record.workload, record.workloadText) = ("a \"b\", c; d\te \(index)", "relu@1x1x1x\(index)")
    (record.kernel, record.requestedKernel, record.isa) = ("tiled/elementwise", "tiled", "avx2")
    (record.threads, record.cache, record.status) = (1, "hot", "ok")
    (record.flops, record.rounds, record.samples) = (401408, 5, 50)
    (record.medianMs, record.ciLowMs, record.ciHighMs) = (0.0175, 0.0125, 0.5)
    (record.minMs, record.p95Ms, record.gflops) = (0.01, 1.5, 22.9375)
    (record.fingerprint, record.data) = ("CPU, 2 CPUs; L1\t1 KiB", "dense")
    change(&record)
    return record
  }

  private var records: [Record] { [record(1), record(2)] }
  private var text: String { CSV.text(records) }

  private func read(_ text: String) throws -> [Record] { try RecordsFile.read(Data(text.utf8)) }

  /// Fields with another separator, quoted where they must be, and with numbers as they are written there.
  private func written(
    _ records: [Record], _ separator: String, number: (RecordColumn, String) -> String = { $1 }
  ) -> String {
    func quoted(_ field: String) -> String {
      let needs = field.contains { $0.isNewline || $0 == "\"" || separator.contains($0) }
      return needs ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
    }
    let rows = records.map { record in RecordColumn.all.map { number($0, $0.text(record)) } }
    return ([RecordColumn.all.map(\.name)] + rows).map { $0.map(quoted).joined(separator: separator) + "\n" }
      .joined()
  }

  private var quotedEverywhere: String {
    ([RecordColumn.all.map(\.name)] + records.map { row in RecordColumn.all.map { $0.text(row) } }).map {
      row in
      row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") + "\n"
    }.joined()
  }

  @Test func otherForms() throws {
    let lines = written(records, ";")
    // Without line breaks inside quotes, which are no ends of lines.
    let plain = [1, 2].map { index in record(index) { $0.workload = "x" } }
    let forms: [(String, String)] = [
      ("as written", text), ("no last line end", String(text.dropLast())),
      ("blank last line", text + "\n"), ("blank lines", text + "\r\n\n\n"),
      ("byte order mark", "\u{FEFF}" + text), ("a blank line above", "\n" + text),
      ("CR LF", CSV.text(plain).replacing("\n", with: "\r\n")),
      ("CR", CSV.text(plain).replacing("\n", with: "\r")),
      ("CR, no last one", String(CSV.text(plain).replacing("\n", with: "\r").dropLast())),
      ("semicolons", lines), ("semicolons, no last line end", String(lines.dropLast())),
      ("semicolons, named", "sep=;\n" + lines), ("semicolons, named, CR LF", "\u{FEFF}sep=;\r\n" + lines),
      ("tabs", written(records, "\t")), ("tabs, no last line end", String(written(records, "\t").dropLast())),
      ("rows without content", text + String(repeating: ",", count: RecordColumn.all.count - 1) + "\n"),
      ("every field in quotes", quotedEverywhere),
      ("whole numbers of a data frame", written(records, ",") { $0.name == "threads" ? $1 + ".0" : $1 }),
    ]
    for (name, text) in forms {
      let expected = name.hasPrefix("CR") ? plain : records
      let read = Result { try self.read(text) }
      #expect(throws: Never.self, "\(name)") { try read.get() }
      #expect((try? read.get()) == expected, "\(name)")
    }
  }

  /// A comma is a decimal mark where it cannot be anything else; one field that leaves no doubt tells about all.
  @Test func decimalCommas() throws {
    let german = written(records, ";") { $0.name.hasSuffix("s") ? $1.replacing(".", with: ",") : $1 }
    #expect(try read(german) == records)
    let thousands = [record(1) { ($0.medianMs, $0.ciHighMs, $0.ciLowMs) = (1.125, 1.25, 1) }]
    let all = written(thousands, "\t") { _, text in text.replacing(".", with: ",") }
    // 1.125 alone might be more than a thousand; 22,9375 in the same file may not.
    #expect(try read(all) == thousands)
    for (record, separator, part) in [
      (
        Self.plain(median: 1.125), ";",
        "line 2: '1,125' in column 'median_ms' may be 1.125 or 1125; expected a decimal point"
      ),
      (
        Self.plain(median: 1.25), ",",
        "line 2: '1,25' in column 'median_ms' is not a number; expected a decimal point"
      ),
    ] as [(Record, String, String)] {
      let text = written([record], separator) { $0.name == "median_ms" ? $1.replacing(".", with: ",") : $1 }
      refused(text, part)
    }
    let mixed = written(records, ";") { $0.name == "median_ms" ? $1.replacing(".", with: ",") : $1 }
    refused(mixed, "'0,0175' in column 'median_ms' has a decimal comma, line 2 a decimal point")
    refused(written(records, ";") { $0.name == "flops" ? "401,408" : $1 }, "'401,408' in column 'flops'")
    refused(written(records, ";") { $0.name == "flops" ? "401.408" : $1 }, "is not a whole number")
    refused(written(records, ";") { $0.name == "gflops" ? "1.234,5" : $1 }, "has a decimal comma")
  }

  private static func plain(median: Double) -> Record {
    var record = Record()
    (record.workloadText, record.kernel, record.isa, record.cache) = (
      "relu@1x1x1x1", "tiled/x", "avx2", "hot"
    )
    (record.threads, record.status, record.medianMs) = (1, "ok", median)
    return record
  }

  private func refused(_ text: String, _ part: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let error = #expect(throws: RecordTextError.self, sourceLocation: sourceLocation) { try read(text) }
    let sentence = error?.description ?? ""
    #expect(
      sentence.contains(part) && !sentence.contains("\n"), "\(sentence)", sourceLocation: sourceLocation)
  }

  /// Wherever a file is cut, rows that are there are whole or the file is refused. The last field is one that a separator
  /// puts into quotes, or not.
  @Test(arguments: [",", ";", "\t"], ["sparse:0.5", "a,b;c"])
  func cutFiles(separator: String, last: String) throws {
    let rows = [1, 2, 3].map { index in record(index) { $0.losses = last } }
    let bytes = Array(written(rows, separator).utf8)
    var whole = 0
    for length in bytes.indices {
      guard let read = try? RecordsFile.read(Data(bytes[..<length])) else { continue }
      #expect(Array(rows.prefix(read.count)) == read, "\(length) of \(bytes.count) bytes")
      whole += 1
    }
    // Behind each row with its line end but the last; without one, where quotes or a row above show that all is there.
    #expect(whole == (last.contains(separator) ? 5 : 4))
  }

  /// A number in the last field may be a part of one.
  @Test func cutNumbers() throws {
    let order =
      RecordColumn.all.filter { $0.name != "gflops" } + RecordColumn.all.filter { $0.name == "gflops" }
    let rows = [record(1), record(2) { $0.gflops = 7.5 }]
    let text = ([order.map(\.name)] + rows.map { row in order.map { $0.text(row) } }).map(CSV.line).joined()
    #expect(try read(text) == rows)
    refused(String(text.dropLast()), "no line end follows, and the last field, '7.5', may be cut")
    refused(String(text.dropLast(4)), "the last field, '', may be cut")
    let count = RecordColumn.all.count
    refused(String(text.dropLast(5)), "\(count - 1) fields; \(count) were expected, the file is truncated")
  }

  @Test(
    arguments: [
      ([0x1F, 0x8B, 8, 0], "is compressed with gzip"), ([0x50, 0x4B, 3, 4], "workbook (.xlsx, .ods)"),
      ([0xFF, 0xFE, 0x77, 0], "is UTF-16"), ([0xFE, 0xFF, 0, 0x77], "is UTF-16"),
      (Array("workload,".utf16.flatMap { [UInt8($0), 0] }), "is UTF-16"),
      ([0x77, 0xFC, 0x0A], "is not UTF-8 text"),
      (Array("a\0bcdefgh".utf8), "is not text"), (Array(" \n[{\"a\": 1}]".utf8), "is JSON"),
      (Array("{\"cbambench\":2}\nworkload".utf8), "is a .partial file, of use elsewhere; records"),
      (Array("cbambench-samples 1\n".utf8), "is a file of samples, of use elsewhere; records"),
      (Array("| workload | kernel |\n".utf8), "is a table of Markdown"),
      (Array("<html>".utf8), "is HTML or XML"),
      (Array("".utf8), "line 1: no header; the file is empty"), (Array("\n\n".utf8), "line 1: no header"),
      (Array("workload|kernel\n".utf8), "line 1: no column 'workload'"),
      (Array("workload,threads\nx,1\n".utf8), "line 1: there is no column named 'workload_text'"),
    ] as [([UInt8], String)])
  func otherFiles(bytes: [UInt8], part: String) {
    let error = #expect(throws: RecordTextError.self) {
      try RecordsFile.read(Data(bytes)) { _ in ", of use elsewhere" }
    }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: ["workload_text", "kernel", "isa", "threads", "cache", "status", "median_ms"])
  func neededColumns(name: String) {
    refused(text.replacing(",\(name),", with: ",x_\(name),"), "line 1: there is no column named '\(name)'")
  }

  /// No measurement gives such values.
  @Test func implausibleValues() throws {
    let cases: [(String, (inout Record) -> Void)] = [
      ("median_ms is 1e+308; expected at most 1e12", { ($0.medianMs, $0.ciHighMs) = (1e308, nil) }),
      ("ci_low_ms is 0.0125, but median_ms 0.01", { $0.medianMs = 0.01 }),
      ("median_ms is 0.0175, but ci_high_ms 0.015", { $0.ciHighMs = 0.015 }),
      ("min_ms is 0.02, but median_ms 0.0175", { $0.minMs = 0.02 }),
      ("median_ms is 0.0175, but p95_ms 0.017", { $0.p95Ms = 0.017 }),
      ("rounds is 0; expected at least 1", { $0.rounds = 0 }), ("samples is 0", { $0.samples = 0 }),
      ("threads is 0", { $0.threads = 0 }), ("median_ms is empty", { $0.medianMs = nil }),
      ("speedup_vs_reference is 1e+300", { $0.speedupVsReference = 1e300 }),
      ("macs is -1; expected no negative number", { $0.macs = -1 }),
      ("ci_low_ms is 2.0, ci_high_ms 1.0", { ($0.ciLowMs, $0.ciHighMs) = (2, 1) }),
      ("a known status is missing", { $0.status = "fine" }),
      ("a known status is missing", { $0.workloadText = "" }),
    ]
    // A line break in a field: the third row of the file begins in its fourth line.
    func text(_ second: Record) -> String {
      CSV.text([record(1), second]).replacing("e 1\"", with: "e\n1\"")
    }
    for (part, change) in cases {
      refused(text(record(2, change)), "line 4: ")
      refused(text(record(2, change)), part)
    }
    for text in ["1e999", "0x10", "inf", "nan", "1_0", "١"] {
      refused(
        written(records, ",") { $0.name == "median_ms" ? text : $1 },
        "'\(text)' in column 'median_ms' is not a number")
    }
    // A wrong result may be wrong by any amount; values that are equal need not be computed alike.
    let fine = [
      record(1) { ($0.status, $0.maxError, $0.medianMs) = ("disagrees", 3e38, nil) },
      record(2) { ($0.minMs, $0.ciLowMs) = (0.0175 * (1 + 1e-15), 0.0175 * (1 + 1e-15)) },
    ]
    #expect(try read(CSV.text(fine)).count == 2)
    refused(CSV.text([record(1), record(1)]), "line 3: the same case as line 2")
    // What was filled in is part of a case; dense numbers are what records without the column have.
    #expect(try read(CSV.text([record(1), record(1) { $0.data = "zeros" }])).count == 2)
    refused(CSV.text([record(1), record(1) { $0.data = "" }]), "line 3: the same case as line 2")
  }
}
