import Foundation
import Gate
import Harness
import PlainText

extension Option {
  static let policy = Option(
    name: "--policy", value: "FILE", help: "tolerances; default Bench/policy.json where there is one")
  static let onUndetermined = Option(
    name: "--on-undetermined", value: "fail|pass",
    help: "exit status of cases that are open: 4 or 0 (default pass)")
  static let annotate = Option(
    name: "--annotate", value: "github", help: "changed cases as annotations, on standard error")
  static let junit = Option(name: "--junit", value: "FILE", help: "also write the verdicts as JUnit XML")
}

extension Policy {
  /// The policy that is named, or the one of this checkout, or the defaults.
  init(_ arguments: Arguments) throws(UsageError) {
    let standard = "Bench/policy.json"
    let named = arguments.value("--policy")
    let path = named ?? standard
    guard let data = FileManager.default.contents(atPath: path) else {
      guard named == nil else { throw UsageError("--policy \(path.shownPath): cannot be read") }
      self.init()
      return
    }
    do { try self.init(json: String(decoding: data, as: UTF8.self)) } catch {
      throw UsageError("\(path.shownPath): \(error)")
    }
  }
}

extension Arguments {
  /// Whether open cases fail the run.
  func failsOnUndetermined() throws(UsageError) -> Bool {
    let word = value("--on-undetermined") ?? "pass"
    guard ["fail", "pass"].contains(word) else {
      throw UsageError("--on-undetermined \(word.shown): expected fail or pass")
    }
    return word == "fail"
  }

  func annotates() throws(UsageError) -> Bool {
    guard let word = value("--annotate") else { return false }
    guard word == "github" else { throw UsageError("--annotate \(word.shown): expected github") }
    return true
  }
}

extension ExitStatus {
  init(_ conclusion: Conclusion) {
    self =
      switch conclusion {
      case .fine: .fine
      case .worse: .worse
      case .undetermined: .undetermined
      case .broken: .wrong
      case .nothing: .unusable
      }
  }
}
