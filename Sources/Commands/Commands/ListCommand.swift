import Models
import PlainText
import Workloads

/// `cbambench list`: what there is to name.
enum ListCommand: Command {
  static let name = "list"
  static let synopsis = "[suites | workloads | networks | attention | operators | kernels [TARGET]...]"
  static let summary = "list suites, workloads, networks, attention modules, operators or kernels"
  static let example = "cbambench list suites"
  static let options: [Option] = [.isa, .exact, .tuned, .format, .columns, .wide, .output, .quiet]
  private static let topics = ["suites", "workloads", "networks", "attention", "operators", "kernels"]

  static func run(_ arguments: Arguments, _ context: Context) throws -> ExitStatus {
    if let topic = arguments.targets.first, topic == "kernels", arguments.targets.count > 1 {
      return try KernelCandidates.write(arguments, targets: Array(arguments.targets.dropFirst()), context)
    }
    if let option = arguments.names.first {
      throw UsageError("\(option) has no effect on names; it is for 'kernels' with a workload after it")
    }
    for topic in arguments.targets where !topics.contains(topic) {
      throw UsageError("'\(topic.shown)' cannot be listed; expected one of: \(topics.joined(separator: " "))")
    }
    let chosen = topics.filter { arguments.targets.isEmpty || arguments.targets.contains($0) }
    for topic in chosen {
      let names = try names(topic, context)
      if chosen.count > 1 { try Console.print("\(topic):\n") }
      let indent = chosen.count > 1 ? "  " : ""
      try Console.print(names.map { indent + $0 + "\n" }.joined())
    }
    return .fine
  }

  private static func names(_ topic: String, _ context: Context) throws(UsageError) -> [String] {
    let library = SuiteLibrary.standard
    switch topic {
    case "suites": return library.names
    case "workloads":
      var lines: [String] = []
      for name in library.names {
        lines += try library.suite(named: name)?.workloads.map { "\(name): \($0.text)" } ?? []
      }
      return lines
    case "networks": return Architectures.names
    case "attention": return Modules.attention.map { $0.keyword }
    case "operators": do { return try OperatorList.lines } catch { throw UsageError("\(error)") }
    case "kernels": return context.kernels
    default: return []
    }
  }
}
