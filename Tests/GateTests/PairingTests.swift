import Gate
import Records
import Testing

/// Records of one machine against a baseline of another.
@Suite struct PairingTests {
  private static let wide = "Wide, 2 CPUs; L1 32 KiB; baseline avx2 avx512"
  private static let narrow = "Narrow, 2 CPUs; L1 32 KiB; baseline avx2"
  private static let single = "Wide, 1 CPUs; L1 32 KiB; baseline avx2 avx512"
  private static let old = "Old, 1 CPUs; L1 32 KiB; baseline"

  private func row(
    _ isa: String, _ threads: Int? = 1, _ machine: String, kernel: String = "tiled/direct",
    request: String = "tiled", _ change: (inout Record) -> Void = { _ in }
  ) -> Record {
    Synthetic.row(0) {
      ($0.isa, $0.threads, $0.fingerprint) = (isa, threads, machine)
      ($0.kernel, $0.requestedKernel) = (kernel, request)
      ($0.medianMs, $0.ciLowMs, $0.ciHighMs) = (1, 0.99, 1.01)
      ($0.speedupVsReference, $0.roofFraction) = (8, 0.5)
      change(&$0)
    }
  }

  /// A baseline or records of one workload: the reference, and the tiled kernel of each instruction set and thread count.
  private func file(
    _ machine: String, isas: [String], threads: [Int] = [1, 2], kernel: String = "tiled/direct",
    request: String = "tiled", _ change: (inout Record) -> Void = { _ in }
  ) -> [Record] {
    let reference = row("baseline", 1, machine, kernel: "reference", request: "reference") {
      $0.speedupVsReference = 1
      change(&$0)
    }
    return [reference]
      + isas.flatMap { isa in
        threads.map { row(isa, $0, machine, kernel: kernel, request: request, change) }
      }
  }

  private func judge(_ records: [Record], _ baseline: [Record], _ policy: Policy = Policy())
    -> [CaseJudgement]
  {
    BaselineJudge(policy, allowsMissing: false, today: "2026-01-01").judgements(records, baseline: baseline)
  }

  private func words(_ judgements: [CaseJudgement]) -> [String: Int] {
    Dictionary(grouping: judgements, by: \.word).mapValues(\.count)
  }

  /// Whatever machine either side is from, equal counts are never a regression, and every pair is judged.
  @Test func machinesDoNotRegress() {
    let files = [
      file(Self.wide, isas: ["avx512"]), file(Self.narrow, isas: ["avx2"]),
      file(Self.single, isas: ["avx512"], threads: [1]), file(Self.old, isas: ["baseline"], threads: [1]),
      file(Self.wide, isas: ["baseline", "avx2", "avx512"]), file(Self.narrow, isas: ["baseline", "avx2"]),
      file(Self.old, isas: ["baseline"], threads: [1, 2]),
      // The selector may choose another kernel for other vectors; other scratch memory goes with it.
      file(Self.narrow, isas: ["avx2"], kernel: "tiled/rows") {
        if $0.kernel != "reference" { $0.workspaceBytes = 1000 }
      },
      file(Self.narrow, isas: ["avx2"], kernel: "tiled/rows", request: "all"),
      file(Self.wide, isas: ["avx512"], kernel: "tiled/rows", request: "all"),
    ]
    for (i, records) in files.enumerated() {
      for (j, baseline) in files.enumerated() {
        let named = [i, j].filter { $0 >= 8 }.count
        guard named != 1 else { continue }
        let isSubset = i == 4 || ![4, 5].contains(j)
        let result = judge(records, baseline)
        let isRegressed = result.contains { $0.word == "regressed" }
        // A machine that can execute an instruction set is expected to have measured it.
        #expect(!isRegressed || !isSubset, "\(i) against \(j): \(result.map { CIFormats.sentence($0) })")
        #expect(
          result.contains { $0.trouble == nil && $0.headKernel.hasPrefix("tiled/") }, "\(i) against \(j)")
      }
      let itself = judge(records, records)
      #expect(words(itself) == ["same": records.count] && itself.obstacles.isEmpty)
    }
  }

  /// The instruction set is no part of a case: counts are compared across it, shares of its own roof coarsely.
  @Test func countsAcrossInstructionSets() {
    let baseline = file(Self.wide, isas: ["avx512"])
    let fine = judge(file(Self.narrow, isas: ["avx2"]), baseline)
    #expect(words(fine) == ["same": 3])
    #expect(fine.obstacles == ["not measurable on this machine: isa avx512: compared with avx2"])
    #expect(fine[1].remarks == ["coarse: isa avx2, the baseline has avx512"])
    let more = judge(file(Self.narrow, isas: ["avx2"]) { $0.macs = 21 }, baseline)
    #expect(words(more) == ["regressed": 3] && more.allSatisfy { $0.remarks[0] == "macs 20 → 21" })
    let slow = judge(
      file(Self.narrow, isas: ["avx2"]) { ($0.medianMs, $0.roofFraction) = (90, 0.1) }, baseline)
    #expect(words(slow) == ["undetermined": 3] && slow.conclusion(failsOnUndetermined: false) == .fine)
    // The speed-up over a scalar reference grows with the vectors; it says nothing here.
    let halved = judge(file(Self.narrow, isas: ["avx2"]) { $0.speedupVsReference = 1 }, baseline)
    #expect(words(halved) == ["same": 3])
    // Scratch memory is that of one kernel and instruction set.
    let scratch = judge(file(Self.narrow, isas: ["avx2"]) { $0.workspaceBytes = 65 }, baseline)
    #expect(scratch.map(\.word) == ["regressed", "same", "same"], "the reference's is its own")
  }

  /// Rows that are alike are partners before the best of each side are.
  @Test func exactPairsFirst() {
    let both = file(Self.wide, isas: ["avx2", "avx512"], threads: [1])
    let three = file(Self.wide, isas: ["baseline", "avx2", "avx512"], threads: [1])
    #expect(words(judge(three, both)) == ["same": 3, "only in head": 1])
    let narrow = judge(file(Self.narrow, isas: ["baseline", "avx2"], threads: [1]), both)
    #expect(narrow.map(\.word) == ["same", "only in head", "same", "not measurable"])
    #expect(narrow.obstacles == ["not measurable on this machine: 1 row of isa avx512"])
    // Best with best: the widest of either side, wherever it stands in the file.
    let best = judge(
      file(Self.narrow, isas: ["avx2", "baseline"], threads: [1]),
      file(Self.wide, isas: ["avx512"], threads: [1]))
    #expect(best.map(\.word) == ["same", "same", "only in head"])
    #expect(best.map(\.substitution?.of) == [nil, "avx512", nil])
    // This machine has what is missing: that is no matter of the machine.
    let left = judge(file(Self.wide, isas: ["avx2"], threads: [1]), both)
    #expect(words(left) == ["same": 2, "regressed": 1])
    let fallen = judge(
      file(Self.wide, isas: ["avx2"], threads: [1]), file(Self.wide, isas: ["avx512"], threads: [1]))
    #expect(words(fallen) == ["same": 1, "undetermined": 1])
    #expect(fallen.obstacles == ["not in the records: isa avx512: compared with avx2"])
  }

  @Test func threadsThatTheMachineHasNot() {
    let baseline = file(Self.wide, isas: ["avx512"])
    let one = judge(file(Self.single, isas: ["avx512"], threads: [1]), baseline)
    #expect(one.map(\.word) == ["same", "same", "not measurable"])
    #expect(one.obstacles == ["not measurable on this machine: 1 row with 2 threads, it has 1 CPU"])
    #expect(one[2].remarks == ["2 threads, it has 1 CPU"] && one[2].severity == .fine && !one[2].isChanged)
    // A machine with two CPUs is expected to have measured two threads.
    let left = judge(file(Self.wide, isas: ["avx512"], threads: [1]), baseline)
    #expect(left.last?.remarks == ["missing in the records"] && left.last?.severity == .worse)
    let unknown = judge(file("", isas: ["avx512"], threads: [1]), baseline)
    #expect(unknown.last?.severity == .worse, "nothing says how many CPUs there are")
    let both = judge(file(Self.old, isas: ["baseline"], threads: [1]), baseline)
    #expect(
      both.obstacles == [
        "not measurable on this machine: isa avx512: compared with baseline; 1 row with 2 threads, it has 1 CPU"
      ])
    // The machine column tells as well as the fingerprint.
    let column = file("", isas: ["avx512"], threads: [1]) { $0.machine = "AMD EPYC, 1 CPUs" }
    #expect(judge(column, baseline).map(\.word) == ["same", "same", "not measurable"])
  }

  /// Only the counts of one thread are there for a baseline of two.
  @Test func countsAcrossThreads() {
    let baseline = file(Self.wide, isas: ["avx512"], threads: [2])
    let fine = judge(file(Self.single, isas: ["avx512"], threads: [1]) { $0.medianMs = 50 }, baseline)
    #expect(words(fine) == ["same": 2] && fine[1].remarks == ["counts only: the baseline has 2 threads"])
    let more = judge(file(Self.single, isas: ["avx512"], threads: [1]) { $0.flops = 41 }, baseline)
    #expect(words(more) == ["regressed": 2])
  }

  /// More threads than CPUs spin on each other: their times say nothing about those of a machine with enough.
  @Test func oversubscribedRowsAreNotTimed() {
    let crowded = file(Self.single, isas: ["avx512"]) {
      if $0.threads == 2 { ($0.oversubscribed, $0.speedupVsReference, $0.roofFraction) = (1, 0.1, 0.01) }
    }
    for (records, baseline) in [
      (crowded, file(Self.wide, isas: ["avx512"])), (file(Self.wide, isas: ["avx512"]), crowded),
    ] {
      let result = judge(records, baseline)
      #expect(words(result) == ["same": 3])
      #expect(result[2].remarks == ["counts only: more threads than CPUs on one of the machines"])
    }
  }

  /// What is missing for another reason than the machine stays a finding, on any machine.
  @Test func otherReasonsAreFindings() {
    let other = Synthetic.row(1) { ($0.isa, $0.threads, $0.fingerprint) = ("avx512", 2, Self.wide) }
    let deleted = judge(
      file(Self.old, isas: ["baseline"], threads: [1]), file(Self.wide, isas: ["avx512"]) + [other])
    #expect(deleted.last?.remarks == ["missing in the records"] && deleted.last?.severity == .worse)
    // A kernel that no longer applies: its row has no thread count and stands for all of them.
    let refused = row("avx2", nil, Self.narrow, kernel: "tiled") {
      ($0.status, $0.reason, $0.medianMs) = ("skipped", "no tiled kernel computes conv", nil)
    }
    let reference = file(Self.narrow, isas: [])
    let gone = judge(reference + [refused], file(Self.wide, isas: ["avx512"]))
    #expect(gone.map(\.word) == ["same", "regressed", "regressed"])
    #expect(gone.dropFirst().allSatisfy { $0.remarks == ["skipped: no tiled kernel computes conv"] })
    let unmeasured = judge(reference, file(Self.wide, isas: ["avx512"]))
    #expect(unmeasured.map(\.word) == ["same", "regressed", "regressed"])
  }

  /// All variants on one side, the best on the other: what has the same name is the same.
  @Test func allVariantsAgainstTheBest() {
    let best = file(Self.wide, isas: ["avx2", "avx512"])
    let other = file(Self.wide, isas: ["avx2", "avx512"], kernel: "tiled/rows", request: "all").dropFirst()
    let all = file(Self.wide, isas: ["avx2", "avx512"], request: "all") + other
    #expect(words(judge(all, best)) == ["same": 5, "only in head": 4])
    #expect(words(judge(best, all)) == ["same": 5, "regressed": 4], "variants that records lack are missing")
    let changed = all.map { row in
      var row = row
      if row.kernel == "tiled/direct" { row.macs = 21 }
      return row
    }
    #expect(words(judge(changed, best)) == ["same": 1, "regressed": 4, "only in head": 4])
  }

  /// Skipped for a reason that lies in the machine.
  @Test(arguments: ["tiled", "all"])
  func skippedBecauseOfTheMachine(request: String) {
    let baseline = file(Self.wide, isas: ["avx2", "avx512"], request: request)
    let refused = row("avx512", nil, Self.narrow, kernel: "tiled", request: request) {
      ($0.status, $0.medianMs) = ("skipped", nil)
      $0.reason = MachineReason.cannotExecute("avx512")
    }
    let result = judge(file(Self.narrow, isas: ["avx2"], request: request) + [refused], baseline)
    #expect(result.allSatisfy { $0.severity == .fine }, "\(result.map(\.word))")
    #expect(result.count { $0.word == "not measurable" } == (request == "all" ? 3 : 2))
    let short = judge(
      file(Self.narrow, isas: [])
        + ["avx2", "avx512"].map { isa in
          row(isa, nil, Self.narrow, kernel: "tiled", request: "tiled") {
            ($0.status, $0.medianMs) = ("skipped", nil)
            $0.reason = MachineReason.shortage(needed: 5 << 30, available: 1 << 30)
          }
        }, file(Self.wide, isas: ["avx2", "avx512"]))
    #expect(words(short) == ["same": 1, "not measurable": 4])
    #expect(short.obstacles == ["not measurable on this machine: 4 rows that need more memory than it has"])
  }

  /// A floor of the policy is proved missed by the baseline's machine alone, and only beyond the row's own noise.
  @Test func floors() {
    var policy = Policy()
    policy.defaults.minimumSpeedup = 8
    let baseline = file(Self.wide, isas: ["avx512"], threads: [1])
    func judged(_ machine: String, _ isa: String, _ speedup: Double?) -> CaseJudgement? {
      judge(
        file(machine, isas: [isa], threads: [1]) {
          if $0.kernel != "reference" { $0.speedupVsReference = speedup }
        }, baseline, policy
      ).last
    }
    #expect(judged(Self.wide, "avx512", 8)?.word == "same")
    #expect(judged(Self.wide, "avx512", 7)?.severity == .worse)
    #expect(judged(Self.wide, "avx512", 7)?.remarks == ["speedup_vs_reference 7.00 is below 8.00"])
    // Both medians are known to 1 %, and 2 % are tolerated.
    #expect(judged(Self.wide, "avx512", 7.6)?.severity == .worse)
    #expect(judged(Self.wide, "avx512", 7.7)?.severity == .undetermined)
    #expect(judged(Self.wide, "avx512", 7.9)?.severity == .undetermined)
    #expect(
      judged(Self.wide, "avx512", 7.999)?.remarks
        == ["speedup_vs_reference 7.999 is below 8.000 within the noise"])
    #expect(judged(Self.narrow, "avx2", 3)?.severity == .undetermined)
    #expect(
      judged(Self.narrow, "avx2", 3)?.remarks.first
        == "speedup_vs_reference 3.00 is below 8.00, on another machine")
    #expect(judged(Self.wide, "avx512", nil)?.severity == .undetermined)
    #expect(
      judged(Self.wide, "avx512", nil)?.remarks.first
        == "speedup_vs_reference was not measured; the policy asks for 8.00")
  }

  /// A count that is not there is not the same.
  @Test(arguments: [
    "parameters", "macs", "macs_inside", "flops", "bytes", "allocations_per_call", "workspace_bytes",
  ])
  func emptyCountsAreFindings(column: String) {
    let full = file(Self.wide, isas: ["avx512"], threads: [1]) { $0.macsInside = 18 }
    let empty = file(Self.wide, isas: ["avx512"], threads: [1]) {
      $0.macsInside = 18
      switch column {
      case "parameters": $0.parameters = nil
      case "macs": $0.macs = nil
      case "macs_inside": $0.macsInside = nil
      case "flops": $0.flops = nil
      case "bytes": $0.bytes = nil
      case "allocations_per_call": $0.allocationsPerCall = nil
      default: $0.workspaceBytes = nil
      }
    }
    let lost = judge(empty, full)
    #expect(words(lost) == ["regressed": 2])
    #expect(lost[1].remarks.first?.hasPrefix("\(column) ") == true)
    #expect(lost[1].remarks.first?.hasSuffix(" → empty") == true)
    // What the baseline lacks cannot be compared.
    #expect(words(judge(full, empty)) == ["same": 2])
  }

  /// The floor of 1 µs is half of 2 µs, which the baseline took; of the 3 µs that it takes now it would be a third.
  @Test(arguments: [(0.0029, "same"), (0.0031, "regressed"), (0.0014, "same")])
  func theFloorIsAShareOfTheBaseline(milliseconds: Double, word: String) {
    func rows(_ time: Double) -> [Record] {
      [row("avx2", 1, Self.narrow) { ($0.medianMs, $0.ciLowMs, $0.ciHighMs) = (time, time, time) }]
    }
    #expect(judge(rows(milliseconds), rows(0.002)).map(\.word) == [word])
  }
}
