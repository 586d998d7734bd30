import Harness
import Models
import Operators
import Tensors

/// `cbambench cost`: parameters, MACs, FLOPs and bytes; nothing is run.
enum CostCommand: Command {
  static let name = "cost"
  static let synopsis = "TARGET... [OPTION]..."
  static let summary = "parameters, MACs, FLOPs and bytes, stage by stage; nothing is run"
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
    Option(name: "--layers", value: nil, help: "all layers of a network instead of groups"), .style, .filter,
    .format,
    .output, .quiet,
  ]

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    guard !arguments.targets.isEmpty else { throw UsageError("cost needs a target, such as \(shortExample)") }
    let outputs = try Outputs(arguments)
    try outputs.write(report(arguments))
    return .fine
  }

  private static let shortExample = "cbambench cost cbam --channels 64,256"

  private static func report(_ arguments: Arguments) throws -> Report {
    let convention = try arguments.word("--convention", Convention.self)
    let networks = arguments.targets.filter(isNetwork)
    let sweeps = ["--channels", "--reduction", "--size"].filter { arguments.has($0) }
    if arguments.has("--compare") || (!networks.isEmpty && arguments.has("--reduction")) {
      try refuse(["--channels", "--filter", "--layers"], arguments, "in a comparison of networks")
      return try ComparisonReport(convention: convention).report(NetworkVariants(arguments).groups)
    }
    if networks.isEmpty && !sweeps.isEmpty {
      try refuse(["--convention", "--layers", "--style"], arguments, "on modules; it is for networks")
      return try ReductionReport.report(ModuleSweep.workloads(arguments))
    }
    try refuse(["--channels"], arguments, "on a network")
    let suites = try resolve(arguments, standard: "", networkInput: networkInput(arguments))
    if arguments.has("--size"),
      let other = arguments.targets.first(where: { !isNetwork($0) || $0.contains("@") })
    {
      throw UsageError("--size has no effect on \(other), which has a shape of its own")
    }
    if arguments.has("--layers"), !suites.contains(where: { $0.workloads.contains { $0.op is Network } }) {
      throw UsageError("--layers has no effect without a network; its layers are shown anyway")
    }
    return try StageReport(showsLayers: arguments.has("--layers"), convention: convention).report(suites)
  }

  /// Whether a target names a network, with or without a shape.
  static func isNetwork(_ target: String) -> Bool { Network.isName(target.prefix { !"+:@".contains($0) }) }

  static func networkInput(_ arguments: Arguments) throws(UsageError) -> Shape {
    let size = try arguments.size("--size") ?? [Network.standardInput.h, Network.standardInput.w]
    return Shape([1, Network.standardInput.c] + size)
  }

  private static func refuse(_ options: [String], _ arguments: Arguments, _ reason: String) throws(UsageError)
  {
    for option in options where arguments.has(option) {
      throw UsageError("\(option) has no effect \(reason)")
    }
  }
}

/// Networks with each attention of `--compare` and each ratio of `--reduction`.
private struct NetworkVariants {
  /// For each network its variants, the one to compare with first.
  private(set) var groups: [[Workload]] = []

  init(_ arguments: Arguments) throws {
    let suites = try resolve(
      arguments, standard: "", networkInput: CostCommand.networkInput(arguments))
    let ratios = try arguments.integers("--reduction", 1...1 << 20)
    let names = arguments.value("--compare")
    for workload in suites.flatMap(\.workloads) {
      guard let network = workload.op as? Network else {
        throw UsageError(
          "\(workload.name) is no network; \(names == nil ? "--reduction" : "--compare") is for networks here"
        )
      }
      if arguments.has("--size"), arguments.targets.contains(where: { $0.contains("@") }) {
        throw UsageError("--size has no effect on \(workload.name), which has a shape of its own")
      }
      let variants = try NetworkVariants.variants(network, names, ratios)
      var group: [Workload] = []
      for variant in variants { group.append(try Workload(variant, workload.shape)) }
      groups.append(group)
    }
  }

  private static func variants(_ network: Network, _ names: String?, _ ratios: [Int]?) throws(UsageError)
    -> [Network]
  {
    var result: [Network] = []
    if let names {
      for name in names.split(separator: ",", omittingEmptySubsequences: false) {
        do { result.append(try network.with(attention: String(name))) } catch {
          throw UsageError("--compare \(names): \(error)")
        }
      }
    } else {
      var plain = network
      plain.options.attention = .none
      result = [plain, network]
    }
    guard let ratios else { return result }
    guard result.contains(where: { $0.options.attention.reducing(by: 1) != nil }) else {
      throw UsageError(
        "--reduction has no effect on \(network.text); it has no attention with a reduction ratio")
    }
    return result.flatMap { variant in
      guard variant.options.attention.reducing(by: 1) != nil else { return [variant] }
      return ratios.compactMap { ratio in
        variant.options.attention.reducing(by: ratio).map {
          var reduced = variant
          reduced.options.attention = $0
          return reduced
        }
      }
    }
  }
}

/// Modules × channels × reductions.
private enum ModuleSweep {
  static func workloads(_ arguments: Arguments) throws -> [Workload] {
    if arguments.has("--filter") {
      throw UsageError("--filter has no effect on a module; it selects from suites")
    }
    let reductions = try arguments.integers("--reduction", 1...1 << 20)
    let standard = try shapes(arguments)
    var result: [Workload] = []
    for target in arguments.targets {
      let (op, shapes) = try module(target, arguments, standard: standard)
      if reductions != nil && !(op is any Reducing) {
        throw UsageError("--reduction has no effect on \(target); it has no reduction ratio")
      }
      for shape in shapes {
        for r in reductions ?? [0] {
          var module = op
          if r > 0, var reducing = op as? any Reducing {
            reducing.reduction = r
            module = reducing
          }
          result.append(try Workload(module, shape))
        }
      }
    }
    return result
  }

  /// Shapes of a module that is named without one.
  private static func shapes(_ arguments: Arguments) throws(UsageError) -> [Shape] {
    let size = try arguments.size("--size") ?? [56, 56]
    let channels = try arguments.integers("--channels", 1...1 << 20) ?? [256]
    return channels.map { Shape([1, $0] + size) }
  }

  /// A module and the shapes that it is asked about: its own, or the standard ones.
  private static func module(_ target: String, _ arguments: Arguments, standard: [Shape]) throws(UsageError)
    -> (any Operator, [Shape])
  {
    guard target.contains("@") else {
      do { return (try Modules.parse(target), standard) } catch { throw UsageError("\(target): \(error)") }
    }
    for option in ["--channels", "--size"] where arguments.has(option) {
      throw UsageError("\(option) has no effect on \(target), which has a shape of its own")
    }
    let workload = try Workload(target)
    return (workload.op, [workload.shape])
  }
}
