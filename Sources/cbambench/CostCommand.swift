import Harness
import Models
import Operators
import Records
import Reporting
import Tensors

/// `cbambench cost`: parameters, MACs, FLOPs and bytes; nothing is run.
enum CostCommand: Command {
  static let name = "cost"
  static let synopsis = "TARGET... [OPTION]..."
  static let summary = "parameters, MACs, FLOPs and bytes, stage by stage; nothing is run"
  static let example = "cbambench cost cbam --channels 64,256,512,1024,2048 --reduction 4,8,16,32"
  static let options: [Option] = [
    Option(name: "--channels", value: "64,256", help: "channels of a module named without a shape"),
    Option(name: "--reduction", value: "4,8,16", help: "reduction ratios r of a module"),
    Option(
      name: "--size", value: "HxW", help: "image extents of a module named without a shape; default 56x56"),
    .filter, .format, .output, .quiet,
  ]

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    guard !arguments.targets.isEmpty else { throw UsageError("cost needs a target, such as \(example)") }
    let outputs = try Outputs(arguments)
    let sweeps = ["--channels", "--reduction", "--size"].contains { arguments.has($0) }
    if sweeps {
      try outputs.write(ReductionReport.report(try workloads(arguments)))
    } else {
      try outputs.write(StageReport.report(try resolve(arguments, standard: "")))
    }
    return .fine
  }

  /// Modules × channels × reductions.
  private static func workloads(_ arguments: Arguments) throws -> [Workload] {
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
    let text = arguments.value("--size") ?? "56x56"
    guard let size = try? Shape(text: text), size.rank == 2 else {
      throw UsageError("--size \(text): expected HxW such as 56x56")
    }
    let channels = try arguments.integers("--channels", 1...1 << 20) ?? [256]
    return channels.map { Shape([1, $0] + size.extents) }
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
