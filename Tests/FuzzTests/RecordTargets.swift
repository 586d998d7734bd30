import Foundation
import Gate
import Records
import Reporting

extension FuzzTarget {
  /// Files that this tool has written, or a spreadsheet since.
  static let records: [FuzzTarget] = [
    FuzzTarget("records", texts: [CSV.text(rows), semicolons, CSV.text(Array(rows.prefix(1)))], words: words)
    { text in
      try use(RecordsFile.read(Data(text.utf8)), againAs: CSV.text)
    },
    FuzzTarget("baseline", texts: [BaselineFile.text(rows)], words: words) { text in
      let baseline = try RecordsFile.read(Data(text.utf8))
      judge(rows, baseline)
      judge(baseline, rows)
    },
    FuzzTarget(
      "samples", texts: [PairedRunFile.text(paired)],
      words: "case row loss turn base head - head-first judge confirm \\n " + words
    ) { text in
      // The digest at the end would hide nearly every mutation from what lies after it.
      let run = try PairedRunFile.read(signed(text))
      let judge = PairedJudge(Policy())
      let judgements = judge.judgements(run)
      _ = (
        judge.agenda(run), judge.margins(run), CIFormats.junit(judgements, suite: "s"),
        CIFormats.annotations(judgements)
      )
      guard try PairedRunFile.read(PairedRunFile.text(run)) == run else {
        throw FuzzFinding("not the same again")
      }
    },
  ]

  private static func use(_ records: [Record], againAs text: ([Record]) -> String) throws {
    guard try CSV.records(text(records)) == records else { throw FuzzFinding("not the same again") }
    let table = RunTable.table(records)
    _ = (
      table.console, table.markdown, JSON.text(records), NetworkEstimate.text(records),
      NetworkEstimate.markdown(records)
    )
    _ = (
      Exports.googleBenchmark(records), Exports.bencher(records, base: rows),
      Exports.gitHubActionTimes(records), Exports.gitHubActionRates(records)
    )
    judge(records, rows)
  }

  private static func judge(_ records: [Record], _ baseline: [Record]) {
    let judgements = BaselineJudge(Policy(), allowsMissing: false, today: "2026-01-02").judgements(
      records, baseline: baseline)
    _ = (
      CIFormats.junit(judgements, suite: "s"), CIFormats.annotations(judgements), judgements.map(\.remarks),
      BaselineFile.text(records)
    )
  }

  private static func signed(_ text: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count > 2, lines.last == "" else { return text }
    lines.removeLast(2)
    let body = lines.map { $0 + "\n" }.joined()
    return body + "end \(String(Digest.of(body), radix: 16))\n"
  }

  private static let words =
    ", \" \"\" ; workload threads median_ms ok failed disagrees \u{FEFF} sep=; 0,5 \\u{1B}"

  private static let rows: [Record] = (0..<4).map { index in
    var row = Record()
    (row.suite, row.workload, row.op, row.workloadText) = (
      "s", "a \"\(index)\", b", "relu", "relu@1x1x1x\(index / 2 + 1)"
    )
    (row.inputShape, row.outputShape, row.isa, row.cache, row.status) = (
      "1x1x1x1", "1x1x1x1", "avx2", "hot", "ok"
    )
    (row.kernel, row.requestedKernel) =
      index % 2 == 0 ? ("reference", "reference") : ("tiled/elementwise", "tiled")
    (row.threads, row.parameters, row.macs, row.macsInside, row.flops, row.bytes) = (1, 0, 0, 0, 1, 8)
    (row.workspaceBytes, row.allocationsPerCall, row.rounds, row.samples, row.multiplicity) = (0, 0, 5, 50, 3)
    (row.medianMs, row.madMs, row.minMs, row.p95Ms, row.ciLowMs, row.ciHighMs) = (
      1, 0.1, 0.9, 1.2, 0.95, 1.05
    )
    (row.speedupVsReference, row.roofFraction, row.efficiency, row.cpuMs, row.gflops, row.gbps) = (
      2, 0.5, 1, 1, 1e-6, 8e-6
    )
    (row.machine, row.fingerprint, row.started, row.seed, row.oversubscribed) = (
      "CPU, 2 CPUs", "f", "2026-01-02T03:04:05Z", 1, 0
    )
    return row
  }

  private static let semicolons = CSV.text(rows).replacing(",", with: ";").replacing("\n", with: "\r\n")

  private static let paired: PairedRun = {
    var run = PairedRun(seed: 1, started: "2026-01-02T03:04:05Z", machine: "m", base: "b", head: "h")
    run.cases = rows.map { row in
      PairedRun.Case(
        identity: CaseIdentity(row), name: row.workload, base: .init(row: row, digest: 1),
        head: .init(row: row, digest: 1))
    }
    for round in 0..<6 {
      for index in run.cases.indices {
        run.turns.append(
          PairedRun.Turn(
            index: index, purpose: round < 4 ? .judge : .confirm, round: round, headFirst: round % 2 == 0,
            base: 1e-3, head: 1.1e-3,
            control: 1e-3, switches: 0, stolen: 0, others: 0))
      }
    }
    return run
  }()
}
