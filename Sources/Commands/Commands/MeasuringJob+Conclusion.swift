import Harness
import PlainText

extension MeasuringJob.Result {
  /// Tells on standard error what went wrong, and how the command ends.
  func conclude(_ arguments: Arguments) -> ExitStatus {
    let wrong = rows.filter { $0.reproduction != nil }
    // Where it is all, it is told below.
    if !rows.isEmpty { for loss in losses { Console.note("cbambench: \(loss)") } }
    for row in wrong {
      Console.note(
        "cbambench: \(row.record.workload.shown) \(row.record.kernel): \(row.record.status): \(row.record.reason)"
      )
    }
    for row in wrong { if let again = row.reproduction { Console.note(again.line(arguments)) } }
    if !wrong.isEmpty { return .wrong }
    if Interrupt.isSet {
      let kept =
        rows.isEmpty ? "nothing had been measured yet" : "rows kept: \(rows.count)"
      let remark = cut.map { ", those of \($0) with fewer rounds" } ?? ""
      Console.note("cbambench: interrupted; \(kept)\(remark)")
      return .interrupted
    }
    guard rows.contains(where: { $0.status == .ok }) else {
      let first = rows.first.map { "\($0.record.workload.shown): \($0.record.status): \($0.record.reason)" }
      Console.note("cbambench: nothing was measured; \(first ?? losses.first ?? "no workload")")
      return .unusable
    }
    return .fine
  }
}
