import Harness
import HarnessSupport
import Kernels
import Tensors
import Testing

@Suite struct JudgementTests {
  private static func agreement(telling: Int = 0, exact: Int = 0, count: Int = 4) -> Agreement {
    var result = Agreement()
    (result.telling, result.exact, result.count) = (telling, exact, count)
    return result
  }

  /// Each line: comparisons in order, and what they say together.
  @Test func comparisonsAddUp() {
    let blind = Verdict(Self.agreement(exact: 3), input: "dense input")
    let telling = Verdict(Self.agreement(telling: 1), input: "integer input")
    let exact = Verdict(Self.agreement(exact: 4), input: "negative input")
    let wrong = Verdict(Self.agreement(), wrong: "off", input: "NaN input")
    let mistrusted = "a result of zeros would have agreed as well with dense input"
    let table: [([Verdict], Verdict.Outcome, Int)] = [
      ([blind], .mistrusted(mistrusted), 0), ([blind, blind], .mistrusted(mistrusted), 0),
      ([blind, telling], .agrees, 1), ([telling, blind], .agrees, 1), ([blind, exact], .agrees, 1),
      ([exact], .agrees, 1), ([telling, exact, blind], .agrees, 2), ([wrong, telling], .disagrees("off"), 1),
      ([telling, wrong], .disagrees("off"), 1),
    ]
    for (verdicts, outcome, fillings) in table {
      var judgement = Judgement()
      for verdict in verdicts { judgement.note(verdict) }
      #expect(judgement.outcome == outcome && judgement.fillings == fillings)
    }
  }

  /// What `run` and `verify` say about the same kernel; both must find every flaw at every length.
  private static func verdicts(_ text: String, _ flaw: FlawedSums.Flaw) throws -> (run: Bool, verify: Bool) {
    let kernel = FlawedSums(flaw: flaw)
    let row = try rows(text, [.tiled], [kernel], threads: [1], rounds: 1)[0]
    let check = try checks(text, [.tiled], [kernel], threads: [1])[0]
    #expect(row.status == .ok || row.status == .disagrees, "\(row.record.reason)")
    if case .mistrusted(let reason) = check.outcome { Issue.record("\(text): \(reason)") }
    return (row.status == .ok, check.outcome == .right)
  }

  /// From one term to half a million: means, maxima, sums of products.
  @Test(arguments: [
    "globalpool:type=avg@1x3x1x1", "globalpool:type=avg@1x3x7x7", "globalpool:type=avg@1x2x125x80",
    "globalpool:type=avg@1x2x512x512", "globalpool:type=avg@1x1x1024x512", "channelpool@1x100000x2x2",
    "adaptivepool:out=2@1x1x500x500", "dense:out=3@1x10", "dense:out=3@1x100000",
    "conv:out=2@1x65536x2x2", "conv:out=2,k=7@1x1024x7x7", "pool:type=avg,k=256@1x2x256x256",
  ])
  func flawsAreFoundAtEveryLength(text: String) throws {
    for flaw in FlawedSums.Flaw.allCases {
      let (run, verify) = try Self.verdicts(text, flaw)
      #expect(run == (flaw == .none) && verify == (flaw == .none), "\(text) \(flaw)")
    }
  }

  /// Sums of more than 2²² terms, among which there are zeros then.
  @Test func flawsAreFoundInSumsOfMillions() throws {
    for flaw in [FlawedSums.Flaw.none, .scaled, .missesLastTerm] {
      let row = try rows(
        "globalpool:type=avg@1x1x2304x2048", [.tiled], [FlawedSums(flaw: flaw)], threads: [1], rounds: 1)[0]
      #expect(row.status == (flaw == .none ? .ok : .disagrees), "\(flaw) \(row.record.reason)")
    }
  }

  /// No tap or window touches the input, or one element alone: zeros, biases and copies are right, to the last bit.
  @Test(arguments: [
    "conv:out=17,k=1x2,s=5,p=3,d=1,g=17,bias=0@3x17x1x8", "conv:out=2,k=1,s=9,p=4,bias=1@1x2x1x1",
    "conv:out=2,k=1,s=9,p=4,bias=0,act=silu@1x2x1x1",
    "conv:out=2,k=1,s=9,p=4,bias=1,act=relu@1x2x1x1", "pool:type=avg,k=2,s=4,p=1,countpad=1@1x2x1x1",
  ])
  func rightZerosAreRight(text: String) throws {
    for row in try rows(text) { #expect(row.status == .ok, "\(row.record.kernel) \(row.record.reason)") }
    for check in try checks(text, [.reference, .all]) { #expect(check.outcome == .right, "\(check.outcome)") }
    let (run, verify) = try Self.verdicts(text, .none)
    #expect(run && verify)
  }

  /// Zeros are right there, another value or none is not.
  @Test func whatShouldBeZeroIsChecked() throws {
    let text = "conv:out=17,k=1x2,s=5,p=3,d=1,g=17,bias=0@3x17x1x8"
    for row in try rows(text, [.tiled], [FlawedReLU(flaw: .writesNothing)]) {
      #expect(row.status == .disagrees && row.record.reason.contains("expected exactly 0.0"))
    }
  }
}
