import Foundation
import Gate
import PlainText
import Records
import Reporting

/// Judgements in the forms that commands write.
struct VerdictReport {
  let judgements: [CaseJudgement]
  /// What is said above the table.
  let preface: [String]
  /// Profiles of regressed cases by index.
  var profiles: [Int: RegressionProfile] = [:]

  private static let headers = [
    Table.Header("workload", .left), Table.Header("kernel", .left), Table.Header("isa", .left),
    Table.Header("T"), Table.Header("base ms"), Table.Header("head ms"), Table.Header("change"),
    Table.Header("95 % interval"), Table.Header("p adj."), Table.Header("rounds"),
    Table.Header("verdict", .left), Table.Header("", .left),
  ]

  private static func cells(_ item: CaseJudgement) -> [String] {
    let time = item.time
    let interval = time?.low.flatMap { low in
      time?.high.map { "\(Percent.signed(ofLog: low)) … \(Percent.signed(ofLog: $0))" }
    }
    let kernel = item.headKernel.isEmpty ? item.baseKernel : item.headKernel
    return [
      item.name, kernel.isEmpty ? item.identity.kernel : kernel, item.identity.isa,
      Numbers.count(item.identity.threads), Numbers.significant(time?.base.map { $0 * 1e3 }),
      Numbers.significant(time?.head.map { $0 * 1e3 }), time?.change.map { Percent.signed(ofLog: $0) } ?? "",
      interval ?? "", Numbers.significant(time?.adjusted), Numbers.count(time?.rounds), item.word,
      item.remarks.joined(separator: "; "),
    ]
  }

  private static func table(_ judgements: [CaseJudgement]) -> Table {
    var table = Table(headers)
    var previous = ""
    for item in judgements {
      let cells = cells(item)
      let isNew = item.identity.workloadText != previous
      previous = item.identity.workloadText
      table.add([isNew ? cells[0] : ""] + cells.dropFirst(), beginsGroup: isNew)
    }
    return table
  }

  /// Verdicts and how many cases have each.
  var summary: String {
    var counts: [(word: String, count: Int)] = []
    for word in judgements.map(\.word) {
      if let place = counts.firstIndex(where: { $0.word == word }) {
        counts[place].count += 1
      } else {
        counts.append((word, 1))
      }
    }
    return "\(judgements.count) cases: "
      + counts.sorted { ($1.count, $0.word) < ($0.count, $1.word) }.map { "\($0.count) \($0.word)" }
      .joined(separator: ", ")
  }

  var report: Report {
    let all = Self.table(judgements)
    let lines = preface.map { $0 + "\n" }.joined()
    return Report(
      table: all.console + "\n" + lines + summary + "\n", markdown: markdown(all, in: ""),
      csv: ([Self.fields.map(\.name)] + judgements.map { item in Self.fields.map { $0.text(item) } })
        .map(CSV.line).joined(),
      json: json, linked: profiles.isEmpty ? nil : { markdown(all, in: $0) })
  }

  /// For a comment at a pull request: what has changed, then everything, folded.
  /// - Parameter folder: where the text will be.
  private func markdown(_ all: Table, in folder: String) -> String {
    let changed = judgements.filter { $0.isChanged || $0.severity >= .worse }
    let head =
      changed.isEmpty ? "No case has changed.\n" : Self.table(changed).markdown
    return "### \(summary)\n\n" + head + "\n" + profileList(in: folder)
      + preface.map { Markdown.escaped($0, beginsLine: true) + "\n" }.joined(separator: "\n")
      + "\n<details><summary>All cases</summary>\n\n" + all.markdown + "\n</details>\n"
  }

  /// Profiles of regressed cases, one line each.
  private func profileList(in folder: String) -> String {
    guard !profiles.isEmpty else { return "" }
    let lines = profiles.sorted { $0.key < $1.key }.map { index, profile in
      let item = judgements[index]
      let links = profile.markdown { RelativePath.address(of: $0, from: folder) }
      let name = item.name == item.identity.workloadText ? "" : item.name + ": "
      let start = Markdown.escaped(name, beginsLine: true) + Markdown.code(item.identity.description)
      return "- \(start): \(links)\n"
    }
    return "Where the time went, head against base:\n\n" + lines.joined() + "\n"
  }

  private struct Field: Sendable {
    let name: String
    let cell: @Sendable (CaseJudgement) -> Column.Cell?

    func text(_ item: CaseJudgement) -> String { cell(item).map(JSON.plain) ?? "" }
  }

  private static func percent(_ log: Double?) -> Column.Cell? {
    log.flatMap { $0.isFinite ? .real(expm1($0) * 100) : nil }
  }

  private static let fields: [Field] = [
    Field(name: "workload") { .text($0.name) },
    Field(name: "workload_text") { .text($0.identity.workloadText) },
    Field(name: "requested_kernel") { .text($0.identity.kernel) },
    Field(name: "base_kernel") { .text($0.baseKernel) },
    Field(name: "head_kernel") { .text($0.headKernel) },
    Field(name: "isa") { .text($0.identity.isa) },
    Field(name: "threads") { $0.identity.threads.map { .integer($0) } },
    Field(name: "cache") { .text($0.identity.cache) },
    Field(name: "base_ms") { $0.time?.base.map { .real($0 * 1e3) } },
    Field(name: "head_ms") { $0.time?.head.map { .real($0 * 1e3) } },
    Field(name: "change_percent") { percent($0.time?.change) },
    Field(name: "low_percent") { percent($0.time?.low) },
    Field(name: "high_percent") { percent($0.time?.high) },
    Field(name: "p") { $0.time?.p.map { .real($0) } },
    Field(name: "p_adjusted") { $0.time?.adjusted.map { .real($0) } },
    Field(name: "rounds") { ($0.time?.rounds).map { .integer($0) } },
    Field(name: "turns") { ($0.time?.turns).map { .integer($0) } },
    Field(name: "disturbed") { ($0.time?.disturbed).map { .integer($0) } },
    Field(name: "verdict") { .text($0.word) },
    Field(name: "mode") { .text($0.mode.rawValue) },
    Field(name: "smallest_effect_percent") { percent($0.time?.smallestEffect) },
    Field(name: "rounds_needed") { $0.time?.roundsNeeded.map { .integer($0) } },
    Field(name: "remarks") { .text($0.remarks.joined(separator: "; ")) },
    Field(name: "base_isa") { .text($0.substitution?.of ?? $0.identity.isa) },
  ]

  private var json: String {
    let objects = judgements.map { item in
      let fields = Self.fields.compactMap { field in
        field.cell(item).map { "    \(JSON.string(field.name)): \(JSON.value($0))" }
      }
      return "  {\n" + fields.joined(separator: ",\n") + "\n  }"
    }
    return objects.isEmpty ? "[]\n" : "[\n" + objects.joined(separator: ",\n") + "\n]\n"
  }
}
