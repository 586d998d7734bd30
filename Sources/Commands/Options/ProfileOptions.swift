import Files
import Harness
import Measurement
import PlainText
import Workloads

/// The one case that is looked at closely, and for how long.
struct ProfileOptions {
  let plan: Plan
  let workload: Workload
  /// Of sampling, or of calls.
  let budget: Seconds

  /// - Parameter kernels: names of those that there are.
  init(_ arguments: Arguments, kernels: [String]) throws(UsageError) {
    plan = try Self.onePlan(arguments, kernels)
    workload = try Self.oneWorkload(arguments)
    try plan.checkData([workload])
    budget = Seconds(try arguments.seconds("--budget", upTo: 1e6) ?? 10)
  }

  private static func onePlan(_ arguments: Arguments, _ kernels: [String]) throws(UsageError) -> Plan {
    var defaults = Plan()
    defaults.requests = [.tiled]
    defaults.threads = [min(2, Machine().usableCPUs)]
    let plan = try Plan(arguments, defaults: defaults, kernels: kernels)
    for (name, count) in [
      ("--threads", plan.threads.count), ("--kernels", plan.requests.count), ("--isa", plan.isas.count),
    ] where count != 1 {
      throw UsageError(
        "\(name) \((arguments.value(name) ?? "").shown): names \(count) of them; a profile is of one case")
    }
    return plan
  }

  private static func oneWorkload(_ arguments: Arguments) throws(UsageError) -> Workload {
    guard arguments.targets.count == 1 else {
      throw UsageError("a profile covers one workload; \(arguments.targets.count) targets were given")
    }
    let workloads = try resolve(arguments).flatMap(\.workloads)
    guard workloads.count == 1 else {
      throw UsageError(
        "'\(arguments.targets[0].shown)' has \(workloads.count) workloads, a profile is of one; 'cbambench list workloads' "
          + "names them")
    }
    return workloads[0]
  }

  /// Reads the file that `--diff` names.
  static func earlier<T>(
    _ arguments: Arguments, _ read: (_ bytes: [UInt8], _ path: String) throws -> T
  ) throws(UsageError) -> T? {
    guard let path = arguments.value("--diff") else { return nil }
    let bytes: [UInt8]
    do { bytes = try InputFile.bytes(path, expected: "a profile", atMost: 1 << 30) } catch {
      throw UsageError("--diff \(error)")
    }
    do { return try read(bytes, path) } catch { throw UsageError("--diff \(error)") }
  }
}
