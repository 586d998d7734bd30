import Harness
import Kernels
import Measurement
import PlainText
import Workloads

extension Plan {
  /// Reads the options that commands which measure or verify share.
  /// - Parameter kernels: names of those that there are.
  init(_ arguments: Arguments, defaults: Plan, kernels: [String]) throws(UsageError) {
    self = defaults
    try Self.refuseUseless(arguments)
    if let names = arguments.value("--kernels") { requests = try Self.requests(names, kernels) }
    if let names = arguments.value("--isa") { isas = try Self.isas(names) }
    if arguments.value("--threads") == "all" {
      threads = Array(1...Machine().usableCPUs)
    } else if let counts = try arguments.integers("--threads", 1...1024) {
      threads = counts.sorted()
    }
    if let number = try arguments.integer("--seed", 0...Int.max) { seed = UInt64(number) }
    data = try DataChoice(arguments)
    if let name = arguments.value("--cache") { cache = try Self.cache(name) }
  }

  /// The reference has one thread and one instruction set.
  private static func refuseUseless(_ arguments: Arguments) throws(UsageError) {
    guard arguments.value("--kernels") == "reference" else { return }
    for (name, only) in [("--threads", "1"), ("--isa", "baseline")] {
      if let value = arguments.value(name), value != only {
        throw UsageError("\(name) \(value.shown) has no effect with --kernels reference; expected \(only)")
      }
    }
  }

  private static func requests(_ names: String, _ known: [String]) throws(UsageError) -> [Request] {
    var requests: [Request] = []
    for name in names.split(separator: ",", omittingEmptySubsequences: false) {
      let request = try named("--kernels:") { () throws(UsageError) in
        try Plan.Request(String(name), known: known)
      }
      requests.append(request)
    }
    return requests
  }

  private static func isas(_ names: String) throws(UsageError) -> [ISA] {
    var isas: [ISA] = []
    for name in names.split(separator: ",", omittingEmptySubsequences: false) {
      guard let isa = name == "best" ? ISA.best : ISA(rawValue: String(name)) else {
        throw UsageError(
          "--isa \(names.shown): '\(name.shown)' is not an instruction set; expected one of: baseline avx2 avx512 best"
        )
      }
      if !isas.contains(isa) { isas.append(isa) }
    }
    return isas
  }

  private static func cache(_ name: String) throws(UsageError) -> CacheState {
    guard let state = CacheState(rawValue: name) else {
      let known = CacheState.allCases.map(\.rawValue).joined(separator: " ")
      throw UsageError("--cache \(name.shown): expected one of: \(known)")
    }
    guard state == .hot || Eviction.evict([]) else {
      throw UsageError(
        "--cache \(name.shown): programs cannot evict memory on this architecture; expected hot")
    }
    return state
  }
}
