import Kernels
import Measurement
import Operators
import PlainText
import Records
import Roofs
import Workloads

/// A record and, if a result was wrong, how to see it again.
public struct RunRow: Sendable {
  /// The row as files have it.
  public var record: Record
  /// How to see a wrong result again; nil: the result is right, or there is none.
  public var reproduction: Reproduction?

  init(record: Record, reproduction: Reproduction? = nil) {
    self.record = record
    self.reproduction = reproduction
  }

  /// A row that has been written and read again.
  public init(restoring record: Record) {
    self.record = record
    if [.disagrees, .mistrusted].contains(status) {
      reproduction = Reproduction(record)
    }
  }

  /// The case that it is of.
  var key: CaseKey { CaseKey(kernel: record.kernel, isa: record.isa, threads: record.threads ?? 0) }

  /// What became of the row; nil: a word that this version does not know.
  public var status: Record.Status? { Record.Status(rawValue: record.status) }
}

/// What a row is of, besides the workload: the columns that name a kernel, or an engine.
struct Entrant {
  let kernel: String
  /// Empty: nobody knows which one an engine uses.
  let isa: String
  let request: String
}

extension Candidate {
  var entrant: Entrant { Entrant(kernel: kernelName, isa: isa.rawValue, request: request) }
}

/// Makes records of one workload.
struct RowBuilder {
  let workload: Workload
  let suite: String
  let plan: Plan
  let facts: RunFacts

  private func base(_ entrant: Entrant) -> Record {
    let cost = workload.cost
    var record = Record()
    record.suite = suite
    record.workload = workload.name
    record.workloadText = workload.text
    record.op = workload.named.keyword
    record.pass = workload.pass.rawValue
    record.inputShape = workload.inputs.text
    record.outputShape = workload.outputs.text
    record.kernel = entrant.kernel
    record.isa = entrant.isa
    record.requestedKernel = entrant.request
    record.cache = plan.cache.rawValue
    record.parameters = cost.parameters
    record.macs = cost.macs
    record.macsInside = cost.macsInside
    record.flops = cost.flops
    record.bytes = cost.bytes
    if cost.bytes > 0 { record.intensity = Double(cost.flops) / Double(cost.bytes) }
    record.seed = Int(truncatingIfNeeded: plan.seed)
    record.machine = facts.machine.description
    record.revision = facts.revision
    record.started = facts.started
    record.compiler = facts.machine.compiler
    record.load = Machine.load()
    record.multiplicity = workload.multiplicity
    record.fingerprint = facts.fingerprint
    record.data = plan.data.text
    return record
  }

  /// What is known of training steps besides.
  func fillTraining(_ row: inout RunRow, _ item: Case?, losses: [Float]) {
    guard workload.op is TrainingStep, let median = row.record.medianMs else { return }
    row.record.imagesPerSecond = Double(workload.inputs[0].n) * 1e3 / median
    let peak = try? workload.op.stages(workload.inputs).peakActivations(workload.inputs)
    row.record.peakActivationBytes = peak?.bytes
    row.record.losses = losses.map { "\($0)" }.joined(separator: " ")
    if let item { PhaseTimes(item)?.fill(&row.record) }
  }

  /// A row without a measurement.
  func refused(
    _ entrant: Entrant, threads: Int? = nil, _ status: Record.Status, _ reason: String
  ) -> RunRow {
    var record = base(entrant)
    record.threads = threads
    record.status = status.rawValue
    record.reason = reason
    return RunRow(record: record)
  }

  /// A row without a measurement.
  func refused(
    _ candidate: Candidate, threads: Int? = nil, _ status: Record.Status, _ reason: String
  ) -> RunRow {
    refused(candidate.entrant, threads: threads, status, reason)
  }

  /// A row of one case that is not run again, and why.
  func failed(_ candidate: Candidate, threads: Int, _ reason: String) -> RunRow {
    refused(candidate, threads: threads, .failed, reason)
  }

  func verified(_ item: Case, _ judgement: Judgement) -> Record {
    var record = verified(item.candidate.entrant, threads: item.threads, item.prepareTime, judgement)
    record.kernel = item.kernelName
    record.workspaceBytes = item.workspaceFloats * 4
    record.memoryBytes = item.memoryBytes
    return record
  }

  /// - Parameter prepareTime: what it took before the first call.
  func verified(
    _ entrant: Entrant, threads: Int, _ prepareTime: Seconds, _ judgement: Judgement
  ) -> Record {
    var record = base(entrant)
    record.threads = threads
    record.prepareMs = prepareTime.milliseconds
    record.oversubscribed = threads > facts.machine.usableCPUs ? 1 : 0
    record.maxError = judgement.agreement.maxError
    record.errorBound = judgement.agreement.bound
    return record
  }

  /// A row whose result is wrong or cannot be trusted.
  func wrong(_ item: Case, _ judgement: Judgement, _ status: Record.Status, _ reason: String) -> RunRow {
    wrong(verified(item, judgement), status, reason)
  }

  /// - Parameter verified: what is known of the row besides.
  func wrong(_ verified: Record, _ status: Record.Status, _ reason: String) -> RunRow {
    var record = verified
    record.status = status.rawValue
    record.reason = reason
    return RunRow(record: record, reproduction: Reproduction(record))
  }

  /// Rows of cases that were timed; cases that an interruption left without a time have none.
  /// - Parameter verified: what is known of each case besides its times.
  func measured(
    _ verified: [Record], _ times: [CaseTimes], roof: (Record) -> Double?
  ) -> [RunRow] {
    let medians = times.map { $0.rounds.isEmpty ? nil : Statistics.median($0.rounds) }
    let reference = zip(verified, medians).first { $0.0.kernel == "reference" }?.1
    return verified.indices.compactMap { index -> RunRow? in
      guard let median = medians[index] else { return nil }
      var record = verified[index]
      record.status = Record.Status.ok.rawValue
      fill(&record, times[index])
      if let roof = roof(record), roof > 0 {
        record.roofGflops = roof
        record.roofFraction = record.gflops.map { $0 / roof }
      }
      if let reference { record.speedupVsReference = reference / median }
      let single = verified.indices.first {
        let other = verified[$0]
        return other.threads == 1 && other.kernel == record.kernel && other.isa == record.isa
      }
      if let single, let alone = medians[single], let threads = record.threads {
        record.speedupVs1Thread = alone / median
        record.efficiency = alone / median / Double(threads)
      }
      return RunRow(record: record)
    }
  }

  private func fill(_ record: inout Record, _ times: CaseTimes) {
    let summary = Summary(times.rounds, seed: plan.seed)
    record.rounds = times.rounds.count
    record.samples = times.samples.count
    record.medianMs = summary.median * 1e3
    record.madMs = summary.medianAbsoluteDeviation * 1e3
    record.minMs = times.samples.min().map { $0 * 1e3 }
    record.p95Ms = Statistics.quantile(sorted: times.samples.sorted(), 0.95) * 1e3
    record.ciLowMs = summary.interval.lowerBound * 1e3
    record.ciHighMs = summary.interval.upperBound * 1e3
    record.allocationsPerCall = times.allocations
    if !times.processor.isEmpty { record.cpuMs = Statistics.median(times.processor) * 1e3 }
    record.gflops = Double(workload.cost.flops) / summary.median * 1e-9
    record.gbps = Double(workload.cost.bytes) / summary.median * 1e-9
  }
}
