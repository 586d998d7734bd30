import Foundation
import Kernels
import Measurement
import Records
import Reporting
import Roofs

/// What a machine is and what it could do at most, measured.
struct MachineSurvey {
  private(set) var lines: [MachineLine] = []
  /// What makes the limits doubtful.
  private(set) var warnings: [String] = []

  /// - Throws: `ThreadShortage`.
  init(_ machine: Machine, isas: [ISA], threads: [Int]) throws {
    addFacts(machine)
    let teams = Teams()
    for count in threads { _ = try teams[count] }
    let roofs = MeasuredRoofs(machine: machine, teams: teams)
    MachineSurvey.probe(roofs, isas, threads)
    for isa in isas {
      for count in threads { addPeak(isa, count, machine, roofs) }
    }
    for level in MemoryLevel.allCases {
      for (name, traffic) in [("read", MeasuredRoofs.Traffic.read), ("copy", .copy)] {
        for count in threads {
          let limit = roofs.bandwidth(level, traffic, threads: count)
          add("\(name) bandwidth \(level.rawValue.uppercased())", count, limit, "GB/s")
        }
      }
    }
    for count in threads { addOverheads(try teams[count]) }
  }

  /// Three passes over all limits, seconds apart.
  private static func probe(_ roofs: MeasuredRoofs, _ isas: [ISA], _ threads: [Int]) {
    for count in threads {
      for isa in isas { _ = roofs.peak(isa, threads: count) }
      for level in MemoryLevel.allCases {
        _ = roofs.bandwidth(level, .read, threads: count)
        _ = roofs.bandwidth(level, .copy, threads: count)
      }
    }
    for _ in 0..<2 { roofs.remeasure() }
  }

  private mutating func addFacts(_ machine: Machine) {
    add("CPU", .text(machine.model))
    add("usable CPUs", .integer(machine.usableCPUs))
    add("CPUs of the affinity mask", .integer(machine.allowedCPUs))
    if let quota = machine.cpuQuota { add("CPUs of the cgroup quota", .real(quota)) }
    if let sockets = machine.sockets { add("sockets", .integer(sockets)) }
    if let siblings = machine.threadsPerCore { add("threads per core", .integer(siblings)) }
    for cache in machine.caches {
      add("L\(cache.level) cache, shared by \(cache.sharedBy) CPUs", .integer(cache.bytes >> 10), "KiB")
    }
    add("instruction sets compiled in", .text(ISA.allCases.map(\.rawValue).joined(separator: " ")))
    let present = ISA.allCases.filter(\.isAvailable)
    add("instruction sets present", .text(present.map(\.rawValue).joined(separator: " ")))
    add("compiler", .text(machine.compiler))
    if let load = Machine.load() { add("load of the last minute", .real(load)) }
  }

  private mutating func addPeak(_ isa: ISA, _ threads: Int, _ machine: Machine, _ roofs: MeasuredRoofs) {
    let limit = roofs.peak(isa, threads: threads)
    add("multiply-add peak \(isa.rawValue)", threads, limit, "GFLOP/s")
    let possible = roofs.peak(isa, threads: 1).value * Double(min(threads, machine.usableCPUs))
    if limit.value < 0.8 * possible {
      let share = Numbers.percent(limit.value / possible)
      warnings.append(
        "\(threads) threads reach \(share) of \(threads) times one thread's \(isa.rawValue) peak; "
          + "something else uses the CPUs, or they share cores")
    }
  }

  private mutating func addOverheads(_ team: Team) {
    let overheads = Overheads(team: team)
    if team.threads == 1 { add("reading the clock", .real(overheads.clock.value * 1e9), "ns") }
    add("empty region", .real(overheads.emptyRegion.value * 1e6), "µs", threads: team.threads)
    if let wakeUp = overheads.wakeUp {
      add("wake-up after parking", .real(wakeUp.value * 1e6), "µs", threads: team.threads)
    }
  }

  private mutating func add(_ name: String, _ value: Cell, _ unit: String = "", threads: Int? = nil) {
    lines.append(MachineLine(name: name, threads: threads, value: value, unit: unit))
  }

  private mutating func add(_ name: String, _ threads: Int, _ limit: Limit, _ unit: String) {
    lines.append(
      MachineLine(name: name, threads: threads, value: .real(limit.value), unit: unit, spread: limit.spread))
  }
}
