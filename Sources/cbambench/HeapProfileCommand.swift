import CaseProfiles
import Kernels
import Measurement
import TiledKernels
import Workloads

/// `cbambench profile --heap`: where the memory of one case goes.
enum HeapProfileCommand {
  /// - Throws: as `CaseProfiler.heap`.
  static func run(_ arguments: Arguments) throws {
    for (option, what) in [("--timeline", "traces the time of tiles"), ("--layers", "times layers")]
    where arguments.has(option) {
      throw UsageError("\(option) has no effect with --heap: it \(what)")
    }
    let files = try FormFiles(arguments, HeapReport.forms)
    let other = try arguments.value("--diff").map(OtherHeap.init(path:))
    let plan = try ProfileCommand.onePlan(arguments)
    let workload = try ProfileCommand.oneWorkload(arguments)
    try plan.checkData([workload])
    let budget = Seconds(try arguments.seconds("--budget", upTo: 1e6) ?? 10)
    let profiler = CaseProfiler(plan: plan, tiled: Catalogue(tiledKernels)) { Interrupt.isSet }
    let report = HeapReport(try profiler.heap(workload, budget: budget), other: other)
    try files.write(report, text: report.text)
  }
}
