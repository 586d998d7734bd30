import Foundation
import PlainText
import Records

/// Judgements in the forms of CI services.
public enum CIFormats {
  /// JUnit XML: one test case per case; undetermined ones are skipped, as they are neither right nor wrong.
  public static func junit(_ judgements: [CaseJudgement], suite: String) -> String {
    let failures = judgements.count { $0.severity == .worse }
    let errors = judgements.count { $0.severity == .broken }
    let skipped = judgements.count { isSkipped($0) }
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    text +=
      "<testsuite name=\"\(XML.escaped(suite))\" tests=\"\(judgements.count)\" failures=\"\(failures)\" "
      + "errors=\"\(errors)\" skipped=\"\(skipped)\">\n"
    for item in judgements {
      text +=
        "  <testcase classname=\"\(XML.escaped(suite))\" name=\"\(XML.escaped("\(item.name): \(item.identity)"))\""
      if let head = item.time?.head { text += String(format: " time=\"%.9f\"", head) }
      text += body(item)
    }
    return text + "</testsuite>\n"
  }

  private static func body(_ item: CaseJudgement) -> String {
    let message = XML.escaped(sentence(item))
    return switch item.severity {
    case .worse: ">\n    <failure message=\"\(message)\"/>\n  </testcase>\n"
    case .broken: ">\n    <error message=\"\(message)\"/>\n  </testcase>\n"
    case .fine, .warning, .undetermined:
      isSkipped(item) ? ">\n    <skipped message=\"\(message)\"/>\n  </testcase>\n" : "/>\n"
    }
  }

  private static func isSkipped(_ item: CaseJudgement) -> Bool {
    item.severity <= .undetermined && (item.trouble != nil || item.isOpen)
  }

  /// GitHub workflow commands, one line per case that is worse, broken or warned about.
  public static func annotations(_ judgements: [CaseJudgement]) -> [String] {
    judgements.compactMap { item in
      let level: String
      switch item.severity {
      case .worse, .broken: level = "error"
      case .warning: level = "warning"
      case .fine, .undetermined: return nil
      }
      let title = property("\(item.name) \(item.headKernel)".trimmingCharacters(in: .whitespaces))
      return "::\(level) title=\(title)::\(data(sentence(item)))"
    }
  }

  /// A case in a sentence.
  public static func sentence(_ item: CaseJudgement) -> String {
    var text = "\(item.identity): \(item.word)"
    if let change = item.time?.change, item.trouble == nil {
      text += " \(Percent.signed(ofLog: change))"
    }
    return ([text] + item.remarks).joined(separator: "; ")
  }

  private static func data(_ text: String) -> String {
    text.inertLines.replacingOccurrences(of: "%", with: "%25").replacingOccurrences(of: "\r", with: "%0D")
      .replacingOccurrences(of: "\n", with: "%0A")
  }

  private static func property(_ text: String) -> String {
    data(text).replacingOccurrences(of: ":", with: "%3A").replacingOccurrences(of: ",", with: "%2C")
  }
}
