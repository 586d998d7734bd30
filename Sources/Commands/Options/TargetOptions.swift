import Foundation
import Models
import PlainText
import Tensors
import Workloads

/// Suites that targets name, filtered; `standard` where none is named. Without a standard a target is needed.
func resolve(
  _ arguments: Arguments, standard: String? = nil,
  networkInput: @escaping @Sendable (Network) -> Shape = { $0.standardInput }
) throws(UsageError) -> [Suite] {
  let targets = Targets(library: .standard, networkInput: networkInput)
  var suites: [Suite] = []
  for name in try arguments.targets(or: standard) { suites.append(try targets.resolve(name)) }
  if let style = try arguments.word("--style", Style.self) { suites = try styled(suites, style) }
  if let text = arguments.value("--pass") {
    let way: Way
    do { way = try Way(text: text) } catch { throw UsageError("--pass \(text.shown): \(error)") }
    suites = try taking(way, suites)
  }
  if let images = try arguments.integer("--batch", 1...65_536) { suites = try batched(suites, images) }
  guard let pattern = arguments.value("--filter") else { return suites }
  let regex: Pattern
  do { regex = try Pattern(pattern) } catch {
    throw UsageError("--filter \(pattern.shown): is not a regular expression: \(error)")
  }
  let filtered = suites.map { suite in
    Suite(
      name: suite.name,
      workloads: suite.workloads.filter { regex.isFound(in: $0.name) || regex.isFound(in: $0.text) })
  }
  guard filtered.contains(where: { !$0.workloads.isEmpty }) else {
    let count = suites.reduce(0) { $0 + $1.workloads.count }
    let all = count == 1 ? "the workload" : "any of the \(count) workloads"
    throw UsageError("--filter \(pattern.shown): does not match \(all)")
  }
  return filtered
}

/// All networks in one style.
private func styled(_ suites: [Suite], _ style: Style) throws(UsageError) -> [Suite] {
  var (result, networks): ([Suite], Int) = ([], 0)
  for suite in suites {
    var workloads: [Workload] = []
    for workload in suite.workloads {
      guard var network = workload.named as? Network else {
        workloads.append(workload)
        continue
      }
      network.options.style = style
      networks += 1
      let name = workload.name == workload.text ? nil : workload.name
      workloads.append(
        try Workload(
          network, workload.shapes, name: name, multiplicity: workload.multiplicity, way: workload.way))
    }
    result.append(Suite(name: suite.name, workloads: workloads))
  }
  guard networks > 0 else { throw UsageError("--style \(style.rawValue) has no effect without a network") }
  return result
}

/// All workloads that name no pass themselves, taken another way; those that have no such pass are left out and told, unless
/// nothing else is there.
private func taking(_ way: Way, _ suites: [Suite]) throws(UsageError) -> [Suite] {
  var refusals: [UsageError] = []
  let result = suites.map { suite in
    let workloads = suite.workloads.compactMap { workload -> Workload? in
      do throws(UsageError) { return workload.pass == .forward ? try workload.with(way) : workload } catch {
        refusals.append(error)
        return nil
      }
    }
    return Suite(name: suite.name, workloads: workloads)
  }
  if let first = refusals.first, result.allSatisfy({ $0.workloads.isEmpty }) { throw first }
  for refusal in refusals { Console.note("left out: \(refusal)") }
  return result
}

/// All workloads with so many images.
private func batched(_ suites: [Suite], _ images: Int) throws(UsageError) -> [Suite] {
  var result: [Suite] = []
  for suite in suites {
    var workloads: [Workload] = []
    for workload in suite.workloads {
      workloads.append(try workload.withImages(images))
    }
    result.append(Suite(name: suite.name, workloads: workloads))
  }
  return result
}

extension SuiteLibrary {
  static var standard: SuiteLibrary {
    SuiteLibrary(
      workingDirectory: FileManager.default.currentDirectoryPath,
      executable: Executable.path)
  }
}
