import Harness
import HarnessSupport
import Kernels
import Records
import Testing
import Workloads

@Suite(.serialized) struct RunnerTests {
  /// A flaw is a row with the command that shows it again; nothing wrong is timed.
  @Test(arguments: [Flaw.writesNothing, .writesZeros, .lastOff, .dependsOnThreads])
  func flawsAreRows(flaw: Flaw) throws {
    let rows = try rows("relu@1x2x3x5", [.reference, .tiled], [FlawedReLU(flaw: flaw)])
    #expect(rows.map(\.record.kernel).contains("reference"))
    let wrong = rows.filter { $0.status == .disagrees }
    #expect(wrong.count == (flaw == .dependsOnThreads ? 1 : 2))
    for row in wrong {
      #expect(row.record.kernel == "tiled/flawed" && row.record.medianMs == nil && !row.record.reason.isEmpty)
      let again = try #require(row.reproduction)
      #expect(try Workload(again.workloadText).text == row.record.workloadText)
      #expect(again.kernel == "tiled/flawed" && again.threads == row.record.threads && again.seed == 1)
    }
    for row in rows where row.status == .ok { #expect(row.reproduction == nil) }
  }

  /// Off by the last bit: within the bound, but integers do not stay exact.
  @Test func integersAreExactInRunToo() throws {
    let direct = try rows("add@1x2x3x5", [.tiled], [InexactAdd()])
    #expect(direct.map(\.status) == [.disagrees, .disagrees])
    #expect(
      direct.allSatisfy {
        $0.record.reason.contains(" with integer input, ") && $0.record.reason.contains("expected exactly ")
      })
    let transform = try rows("add@1x2x3x5", [.tiled], [InexactAdd(isDirect: false)])
    #expect(transform.map(\.status) == [.ok, .ok])
  }

  @Test func whatIsTooLargeIsSkipped() throws {
    let rows = try rows("relu@1x1x1048576x65536")
    #expect(rows.count == 2)
    for row in rows {
      #expect(row.status == .skipped && row.reproduction == nil)
      #expect(row.record.reason.contains("MiB are available"))
      #expect(row.record.flops == 1 << 36 && row.record.medianMs == nil)
    }
  }

  @Test func aKernelThatFailsLeavesTheOthers() throws {
    let rows = try rows(
      "relu@1x2x3x5", [.reference, .all], [Unpreparable(), FlawedReLU(flaw: .swallowsNaN)])
    let states = Dictionary(grouping: rows, by: \.record.kernel).mapValues { Set($0.map(\.status)) }
    #expect(states == ["reference": [.ok], "tiled/flawed": [.ok], "tiled/unpreparable": [.failed]])
    #expect(rows.contains { $0.record.reason == "tiled/unpreparable cannot prepare relu: no luck with relu" })
  }

  @Test func aKernelThatIsTooLargeLeavesTheOthers() throws {
    let kernels: [any Kernel] = [Greedy(), FlawedReLU(flaw: .swallowsNaN)]
    let rows = try rows("relu@1x2x3x5", [.reference, .all], kernels)
    #expect(
      rows.map(\.record.kernel).sorted() == ["reference", "tiled/flawed", "tiled/flawed", "tiled/greedy"])
    for row in rows {
      #expect(row.status == (row.record.kernel == "tiled/greedy" ? .skipped : .ok))
      #expect(row.record.reason.contains("MiB are available") == (row.status == .skipped))
    }
    for check in try checks("relu@1x2x3x5", [.named("tiled/greedy")], [Greedy()]) {
      guard case .skipped(let reason) = check.outcome else {
        Issue.record("\(check)")
        continue
      }
      #expect(reason.contains("MiB are available") && check.reproduction == nil)
    }
  }

  @Test func anInterruptedRunMeasuresNothingMore() throws {
    let facts = RunFacts(machine: .init(), revision: "", started: "")
    let runner = Runner(plan: Plan(), tiled: Catalogue([]), facts: facts) { true }
    #expect(runner.run(try Workload("relu@1x2x3x5"), suite: "", budget: .init(1)).isEmpty)
  }
}
