import Models
import PlainText
import Reporting
import Workloads

/// `cbambench cost`: parameters, MACs, FLOPs and bytes; nothing is run.
enum CostCommand: Command {
  static let name = "cost"
  static let synopsis = "TARGET... [OPTION]..."
  static let summary = "count parameters, MACs, FLOPs and bytes, stage by stage; runs nothing"
  static let example = """
    cbambench cost cbam --channels 64,256,512,1024,2048 --reduction 4,8,16,32
             cbambench cost resnet50 --compare none,se,cbam --convention paper --style caffe
    """
  static let options: [Option] = [
    Option(name: "--channels", value: "64,256", help: "channels of a module named without a shape"),
    Option(
      name: "--reduction", value: "4,8,16", help: "reduction ratios r of a module or a network's attention"),
    Option(
      name: "--size", value: "HxW",
      help: "image extents of what is named without a shape; default 56x56, of networks 224x224"),
    Option(name: "--compare", value: "none,se,cbam/8", help: "networks with each of these attentions"),
    Option(
      name: "--convention", value: Convention.allCases.map(\.rawValue).joined(separator: "|"),
      help: "also count as papers or other tools do"),
    Option(name: "--layers", value: nil, help: "all layers of a network instead of groups"), .style, .pass,
    .batch,
    .filter,
    .format, .wide, .output, .quiet,
  ]

  static func run(_ arguments: Arguments, _ context: Context) throws -> ExitStatus {
    _ = try arguments.targets(or: nil)
    let outputs = try Outputs(arguments)
    if arguments.has("--layers") && !outputs.showsTables {
      throw UsageError("--layers has no effect on csv and json, which have all layers anyway")
    }
    try outputs.write(report(arguments))
    return .fine
  }

  private static func report(_ arguments: Arguments) throws -> Report {
    let convention = try arguments.word("--convention", Convention.self)
    let networks = arguments.targets.filter(NetworkTargets.isNetwork)
    let sweeps = ["--channels", "--reduction", "--size"].filter { arguments.has($0) }
    if arguments.has("--compare") || (!networks.isEmpty && arguments.has("--reduction")) {
      try refuse(["--channels", "--filter", "--layers", "--pass"], arguments, "in a comparison of networks")
      return try ComparisonReport(convention: convention).report(NetworkVariants(arguments).groups)
    }
    if networks.isEmpty && !sweeps.isEmpty {
      try refuse(
        ["--convention", "--layers", "--style", "--pass"], arguments, "on modules; it is for networks")
      return try ReductionReport.report(ModuleSweep.workloads(arguments))
    }
    try refuse(["--channels"], arguments, "on a network")
    let suites = try resolve(arguments, networkInput: NetworkTargets.input(arguments))
    if arguments.has("--size"),
      let other = arguments.targets.first(where: { !NetworkTargets.isNetwork($0) || $0.contains("@") })
    {
      throw UsageError("--size has no effect on \(other.shown), which has a shape of its own")
    }
    if arguments.has("--layers"), !suites.contains(where: { $0.workloads.contains { $0.named is Network } }) {
      throw UsageError("--layers has no effect without a network; its layers are shown anyway")
    }
    let workloads = suites.flatMap(\.workloads)
    if workloads.allSatisfy({ $0.pass == .training }) {
      try refuse(["--layers", "--convention"], arguments, "in training, where all layers are shown anyway")
      return try TrainingReport.report(workloads)
    }
    return try StageReport(showsLayers: arguments.has("--layers"), convention: convention).report(suites)
  }

  private static func refuse(_ options: [String], _ arguments: Arguments, _ reason: String) throws(UsageError)
  {
    for option in options where arguments.has(option) {
      throw UsageError("\(option) has no effect \(reason)")
    }
  }
}
