import Files
import Foundation
import Gate
import PlainText
import Records
import Workloads

extension Option {
  static let policy = Option(
    name: "--policy", value: "FILE", help: "tolerances; default Bench/policy.json where there is one")
  static let onUndetermined = Option(
    name: "--on-undetermined", value: "fail|pass",
    help: "exit status where cases are undetermined: 4 or 0; default pass")
  static let annotate = Option(
    name: "--annotate", value: "github", help: "changed cases as annotations, on standard error")
  static let junit = Option(name: "--junit", value: "FILE", help: "also write the verdicts as JUnit XML")
}

/// The policy that is named, or the one of this checkout, or the defaults.
struct PolicyOption {
  let policy: Policy
  let check: PolicyCheck

  /// - Parameters:
  ///   - kernels: names of those that there are.
  ///   - others: kernels that records name, of other builds.
  /// - Throws: if it cannot be read or names what does not exist.
  init(_ arguments: Arguments, kernels: [String], others: Set<String> = []) throws(UsageError) {
    let named = arguments.value("--policy")
    let path = named ?? "Bench/policy.json"
    policy = try PolicyOption.read(path, isNamed: named != nil)
    check = PolicyCheck(policy, path: path)
    try check.kernels(kernels, others)
  }

  private static func read(_ path: String, isNamed: Bool) throws(UsageError) -> Policy {
    guard isNamed || FileManager.default.fileExists(atPath: path) else { return Policy() }
    let text: String
    do { text = try InputFile.text(path, expected: "a policy in JSON", atMost: 1 << 24) } catch {
      throw UsageError(isNamed ? "--policy \(error)" : "\(error)")
    }
    do { return try Policy(json: text) } catch { throw UsageError("\(path.shownPath): \(error)") }
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
