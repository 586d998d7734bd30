import Foundation
import Gate
import PlainText
import Records

/// Judgements in the forms that commands write.
public struct VerdictReport {
  private let judgements: [CaseJudgement]
  private let preface: [String]
  private let profiles: [Int: RegressionProfile]
  private let names: [String]?

  /// - Parameters:
  ///   - preface: what is said above the table.
  ///   - profiles: of regressed cases by index.
  ///   - names: columns to show; nil: the usual ones.
  public init(
    _ judgements: [CaseJudgement], preface: [String], profiles: [Int: RegressionProfile] = [:],
    names: [String]?
  ) {
    (self.judgements, self.preface) = (judgements, preface)
    (self.profiles, self.names) = (profiles, names)
  }

  private func table(_ judgements: [CaseJudgement]) -> Table {
    Listing(judgements, Self.columns, grouped: 1) { [$0.identity.workloadText] }.table(names)
  }

  /// Verdicts and how many cases have each.
  private var summary: String {
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

  /// In all its forms.
  public var report: Report {
    let all = table(judgements)
    let lines = preface.map { $0 + "\n" }.joined()
    return Report(
      table: { all.console(width: $0) + "\n" + lines + summary + "\n" }, markdown: markdown(all, in: ""),
      linked: profiles.isEmpty ? nil : { markdown(all, in: $0) }, files: Listing(judgements, Self.columns))
  }

  /// For a comment at a pull request: what has changed, then everything, folded.
  /// - Parameter folder: where the text will be.
  private func markdown(_ all: Table, in folder: String) -> String {
    let changed = judgements.filter { $0.isChanged || $0.severity >= .worse }
    let head =
      changed.isEmpty ? "No case has changed.\n" : table(changed).markdown
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

  private static func percent(_ log: Double?) -> Double? {
    log.flatMap { $0.isFinite ? expm1($0) * 100 : nil }
  }

  private static func interval(_ item: CaseJudgement) -> String {
    guard let low = item.time?.low, let high = item.time?.high else { return "" }
    return "\(Percent.signed(ofLog: low)) … \(Percent.signed(ofLog: high))"
  }

  private static func kernel(_ item: CaseJudgement) -> String {
    let kernel = item.headKernel.isEmpty ? item.baseKernel : item.headKernel
    return kernel.isEmpty ? item.identity.kernel : kernel
  }

  /// Names that `names` may have.
  public static var columnNames: [String] { Listing.names(columns) }

  private static let columns: [Column<CaseJudgement>] = [
    Column("workload", text: { $0.name }).shown(),
    Column("workload_text", text: { $0.identity.workloadText }),
    Column("requested_kernel", text: { $0.identity.kernel }),
    Column("base_kernel", text: { $0.baseKernel }),
    Column("head_kernel", text: { $0.headKernel }).shown("kernel", .custom(kernel)),
    Column("isa", text: { $0.identity.isa }).shown(rank: 3),
    Column("threads", integer: { $0.identity.threads }).shown("T"),
    Column("cache", text: { $0.identity.cache }),
    Column("base_ms", real: { $0.time?.base.map { $0 * 1e3 } }).shown("base ms", rank: 1),
    Column("head_ms", real: { $0.time?.head.map { $0 * 1e3 } }).shown("head ms"),
    Column("change_percent", real: { percent($0.time?.change) })
      .shown("change", .custom { $0.time?.change.map { Percent.signed(ofLog: $0) } ?? "" }),
    Column("low_percent", real: { percent($0.time?.low) }),
    Column("high_percent", real: { percent($0.time?.high) }),
    Column(onlyShown: "95 % interval", rank: 2, isText: false, interval),
    Column("p", real: { $0.time?.p }),
    Column("p_adjusted", real: { $0.time?.adjusted }).shown("p adj.", rank: 5),
    Column("rounds", integer: { $0.time?.rounds }).shown(rank: 4),
    Column("turns", integer: { $0.time?.turns }),
    Column("disturbed", integer: { $0.time?.disturbed }),
    Column("verdict", text: { $0.word }).shown(),
    Column("mode", text: { $0.mode.rawValue }),
    Column("smallest_effect_percent", real: { percent($0.time?.smallestEffect) }),
    Column("rounds_needed", integer: { $0.time?.roundsNeeded }),
    Column("remarks", text: { $0.remarks.joined(separator: "; ") }).shown(""),
    Column("base_isa", text: { $0.substitution?.of ?? $0.identity.isa }),
  ]
}
