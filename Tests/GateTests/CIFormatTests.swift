import Foundation
import FoundationXML
import Gate
import Records
import Testing

@Suite struct CIFormatTests {
  private func judgements() -> [CaseJudgement] {
    var run = Synthetic(processes: 0.003, turns: 0.003).run(
      [0, 0.1, -0.1, 0], rounds: 16, confirming: 10, seed: 3)
    run.cases[3].head.loss = .init(.crashed, "said '<&\"\u{1}'\nand ended")
    return PairedJudge(Policy()).judgements(run)
  }

  @Test func junitIsXML() throws {
    let text = CIFormats.junit(judgements(), suite: "a \"b\" <c>")
    final class Counter: NSObject, XMLParserDelegate {
      var names: [String] = []
      var attributes: [[String: String]] = []
      func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
      ) {
        names.append(name)
        self.attributes.append(attributes)
      }
    }
    let (parser, counter) = (XMLParser(data: Data(text.utf8)), Counter())
    parser.delegate = counter
    #expect(parser.parse())
    #expect(
      counter.names == ["testsuite", "testcase", "testcase", "failure", "testcase", "testcase", "error"])
    #expect(counter.attributes[0]["tests"] == "4" && counter.attributes[0]["failures"] == "1")
    #expect(counter.attributes[0]["errors"] == "1" && counter.attributes[0]["name"] == "a \"b\" <c>")
  }

  /// What a machine cannot measure is neither right nor wrong, and no annotation.
  @Test func notMeasurableIsSkipped() {
    let base = Synthetic.row(0) {
      ($0.threads, $0.medianMs, $0.fingerprint) = (2, 1, "a, 2 CPUs; baseline avx2")
    }
    let head = Synthetic.row(0) { ($0.medianMs, $0.fingerprint) = (1, "b, 1 CPUs; baseline avx2") }
    let judgements = BaselineJudge(Policy(), allowsMissing: false, today: "").judgements(
      [head], baseline: [Synthetic.row(0) { ($0.medianMs, $0.fingerprint) = (1, "a, 2 CPUs") }, base])
    #expect(judgements.map(\.word) == ["same", "not measurable"])
    let text = CIFormats.junit(judgements, suite: "s")
    #expect(text.contains("tests=\"2\" failures=\"0\" errors=\"0\" skipped=\"1\""))
    #expect(text.contains("not measurable; 2 threads, it has 1 CPU"))
    #expect(CIFormats.annotations(judgements).isEmpty)
    #expect(judgements.conclusion(failsOnUndetermined: true) == .fine)
    #expect(judgements.dropFirst().conclusion(failsOnUndetermined: true) == .nothing)
  }

  @Test func annotationsAreOneLineEach() {
    let lines = CIFormats.annotations(judgements())
    #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix("::error title=") && !$0.contains("\n") })
    #expect(lines[0].contains("regressed +10") && lines[0].contains("%25"))
    #expect(lines[1].contains("%0Aand ended"))
  }
}
