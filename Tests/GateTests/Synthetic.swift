import Foundation
import Measurement
import Records

/// Paired runs whose truth is known.
struct Synthetic {
  /// Standard deviation between processes and between turns of one process, of log-ratios.
  var processes = 0.015
  var turns = 0.01
  /// Share of turns in which one side takes up to twice as long.
  var outliers = 0.0
  var base = 1e-3

  static func name(_ index: Int) -> String { "relu@1x1x1x\(index + 1)" }

  static func row(_ index: Int, _ change: (inout Record) -> Void = { _ in }) -> Record {
    var record = Record()
    (record.workload, record.workloadText) = (name(index), name(index))
    (record.kernel, record.requestedKernel, record.isa) = ("tiled/elementwise", "tiled", "avx2")
    (record.threads, record.cache, record.status) = (1, "hot", "ok")
    (record.parameters, record.macs, record.flops, record.bytes) = (10, 20, 40, 80)
    (record.allocationsPerCall, record.workspaceBytes) = (0, 64)
    change(&record)
    return record
  }

  static func item(_ index: Int, base: Record? = nil, head: Record? = nil) -> PairedRun.Case {
    let row = base ?? row(index)
    return PairedRun.Case(
      identity: CaseIdentity(row), name: row.workload, base: .init(row: row, digest: 1),
      head: .init(row: head ?? row, digest: 1))
  }

  /// A run of cases with the given true log-ratios.
  func run(_ truths: [Double], rounds: Int, confirming: Int = 0, seed: UInt64) -> PairedRun {
    var run = PairedRun(seed: seed, started: "2026-01-02T03:04:05Z", machine: "m", base: "b", head: "h")
    run.cases = truths.indices.map { Self.item($0) }
    var random = SplitMix64(seed: seed)
    for round in 0..<rounds + confirming {
      for (index, truth) in truths.enumerated() {
        let process = truth + processes * normal(&random)
        for turn in 0..<4 {
          var ratio = process + turns * normal(&random)
          if uniform(&random) < outliers { ratio += (uniform(&random) - 0.5) * 2 * log(2) }
          run.turns.append(
            PairedRun.Turn(
              index: index, purpose: round < rounds ? .judge : .confirm, round: round,
              headFirst: turn % 2 == 0,
              base: base, head: base * exp(ratio), control: 1e-4, switches: 0, stolen: 0, others: 0))
        }
      }
    }
    return run
  }

  private func uniform(_ random: inout SplitMix64) -> Double { Double(random.next() >> 11) * 0x1p-53 }

  /// Box and Muller 1958.
  private func normal(_ random: inout SplitMix64) -> Double {
    (-2 * log(1 - uniform(&random))).squareRoot() * cos(2 * Double.pi * uniform(&random))
  }
}
