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

  @Test func annotationsAreOneLineEach() {
    let lines = CIFormats.annotations(judgements())
    #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix("::error title=") && !$0.contains("\n") })
    #expect(lines[0].contains("regressed +10") && lines[0].contains("%25"))
    #expect(lines[1].contains("%0Aand ended"))
  }
}
