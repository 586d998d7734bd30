import Records

extension PairedRun {
  /// What one side of a comparison says about the cases, as records: exact columns from the side's own row, the median over the
  /// turns that counted. A case without a time has the reason instead; a case that the side does not know has none.
  /// - Parameter judgements: of this run's cases, in order.
  public func records(_ side: Side, _ judgements: [CaseJudgement]) -> [Record] {
    zip(cases, judgements).compactMap { item, judgement in
      guard judgement.trouble != .ignored, var record = item[side].row ?? lost(item, side) else { return nil }
      (record.workload, record.machine, record.started) = (item.name, machine, started)
      guard let time = judgement.time, let median = side == .base ? time.base : time.head else {
        guard record.status == Record.Status.ok.rawValue else { return record }
        record.status = Record.Status.skipped.rawValue
        record.reason = judgement.remarks.first ?? "was not measured"
        return record
      }
      record.medianMs = median * 1e3
      (record.rounds, record.samples) = (time.rounds, time.turns)
      record.gflops = record.flops.map { Double($0) / median * 1e-9 }
      record.gbps = record.bytes.map { Double($0) / median * 1e-9 }
      return record
    }
  }

  private func lost(_ item: Case, _ side: Side) -> Record? {
    guard let loss = item[side].loss else { return nil }
    var record = Record()
    let id = item.identity
    (record.workloadText, record.kernel, record.requestedKernel) = (id.workloadText, id.kernel, id.kernel)
    (record.isa, record.threads, record.cache) = (id.isa, id.threads, id.cache)
    (record.status, record.reason) = (Record.Status.failed.rawValue, loss.reason)
    return record
  }
}
