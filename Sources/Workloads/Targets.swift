import Foundation
import Models
import Operators
import PlainText
import Tensors

/// Resolves what the user names: an existing file, a suite, a network, a workload text.
public struct Targets: Sendable {
  private let library: SuiteLibrary
  private let networkInput: @Sendable (Network) -> Shape

  /// - Parameter networkInput: the shape of networks that are named without one.
  public init(
    library: SuiteLibrary, networkInput: @escaping @Sendable (Network) -> Shape = { $0.standardInput }
  ) {
    self.library = library
    self.networkInput = networkInput
  }

  /// The workloads that a target names.
  /// - Throws: what is wrong with it, with what may have been meant.
  public func resolve(_ target: String) throws(UsageError) -> Suite {
    if FileManager.default.fileExists(atPath: target) { return try SuiteLibrary.read(target) }
    if let suite = try library.suite(named: target) { return suite }
    if !target.contains("@"), let network = try network(target) {
      return Suite(name: "", workloads: [try Workload(network, networkInput(network))])
    }
    if target.contains("@") { return Suite(name: "", workloads: [try Workload(target)]) }
    throw unknown(target)
  }

  /// A network named without a shape; nil if the target begins with the name of none.
  private func network(_ target: String) throws(UsageError) -> Network? {
    let name = target.prefix { $0 != "+" && $0 != ":" }
    guard target.contains("+") || Network.isName(name) else {
      return nil
    }
    do { return try Modules.parse(target) as? Network } catch {
      throw UsageError("\(target.shown): \(error)")
    }
  }

  private func unknown(_ target: String) -> UsageError {
    if let shaped = reduced(target) {
      return UsageError(
        "'\(target.shown)' is not a file; a module's reduction ratio is written \(shaped), '/' in a network's attention only"
      )
    }
    if let module = Modules.all.first(where: {
      $0.keyword == target.split(separator: ":").first.map { String($0) }
    }) {
      return UsageError(
        "'\(target.shown)' names an operator without a shape; expected e.g. \(module.keyword)\(example(target).shown)"
      )
    }
    if target.contains("/") || target.hasSuffix("." + SuiteLibrary.fileExtension) {
      return UsageError("\(target.shownPath): there is no such file")
    }
    let known = library.names + Modules.names
    let hint = Words.nearest(target, among: known).map { "did you mean '\($0)'?" }
    return UsageError(
      "'\(target.shown)' is not a file, a suite or a workload; \(hint ?? "suites: " + library.names.joined(separator: " "))"
    )
  }

  /// What `cbam/8` means.
  private func reduced(_ target: String) -> String? {
    let sides = target.split(separator: "/", omittingEmptySubsequences: false)
    guard sides.count == 2, let ratio = Int(sides[1]),
      Modules.all.contains(where: { $0.keyword == sides[0] && $0 is any Reducing.Type })
    else { return nil }
    return "\(sides[0]):r=\(ratio)@1x64x56x56"
  }

  private func example(_ target: String) -> String {
    let rest = target.drop { $0 != ":" }
    return "\(rest)@1x64x56x56"
  }
}
