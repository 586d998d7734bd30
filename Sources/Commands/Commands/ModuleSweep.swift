import Models
import Operators
import PlainText
import Tensors
import Workloads

/// Modules × channels × reductions.
enum ModuleSweep {
  /// A pair that no module can have, such as 16 channels reduced by 32, is told and costs the others nothing.
  static func workloads(_ arguments: Arguments) throws -> [Workload] {
    if arguments.has("--filter") {
      throw UsageError("--filter has no effect on a module; it selects from suites")
    }
    let reductions = try arguments.integers("--reduction", 1...1 << 20)
    let standard = try shapes(arguments)
    var cases = SweepCases()
    for target in arguments.targets {
      let (op, shapes) = try module(target, arguments, standard: standard)
      if reductions != nil && (op as? any Reducing)?.reduction == nil {
        throw UsageError("--reduction has no effect on \(target.shown); it has no reduction ratio")
      }
      for shape in shapes {
        for r in reductions ?? [0] {
          var module = op
          if r > 0, var reducing = op as? any Reducing {
            reducing.reduction = r
            module = reducing
          }
          cases.add(module, shape)
        }
      }
    }
    try cases.tell()
    return cases.workloads
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
      do { return (try Modules.parse(target), standard) } catch {
        if let suite = try? Targets(library: .standard).resolve(target) {
          let option = ["--channels", "--reduction", "--size"].first { arguments.has($0) } ?? ""
          throw UsageError(
            "\(option) has no effect on suite \(suite.name), whose workloads have shapes of their own")
        }
        throw UsageError("\(target.shown): \(error)")
      }
    }
    for option in ["--channels", "--size"] where arguments.has(option) {
      throw UsageError("\(option) has no effect on \(target.shown), which has a shape of its own")
    }
    let workload = try Workload(target)
    return (workload.op, [workload.shape])
  }
}
