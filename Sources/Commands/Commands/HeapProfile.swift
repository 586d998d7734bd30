import CaseProfiles
import Profiling
import Reporting
import Workloads

/// `cbambench profile --heap`: where the memory of one case goes.
enum HeapProfile {
  /// - Throws: as `CaseProfiler.heap`.
  static func run(_ arguments: Arguments, _ context: Context) throws {
    for (option, what) in [("--timeline", "traces the time of tiles"), ("--layers", "times layers")]
    where arguments.has(option) {
      throw UsageError("\(option) has no effect with --heap: it \(what)")
    }
    let files = try FormFiles(arguments, HeapReport.forms)
    let other = try ProfileOptions.earlier(arguments) { bytes, path in
      OtherHeap(try RecordedHeap(bytes, name: path), path: path)
    }
    let options = try ProfileOptions(arguments, kernels: context.kernels)
    let profiler = CaseProfiler(plan: options.plan, tiled: context.tiled) { Interrupt.isSet }
    let report = HeapReport(try profiler.heap(options.workload, budget: options.budget), other: other)
    try files.write(report, text: report.text)
  }
}
