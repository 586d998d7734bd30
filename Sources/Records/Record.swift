/// One measured row: workload × kernel × instruction set × threads × cache state. Nil: not measured.
public struct Record: Sendable, Equatable {
  public enum Status: String, Sendable, CaseIterable {
    case ok, skipped, disagrees, mistrusted, failed
  }

  public var suite = ""
  public var workload = ""
  public var op = ""
  public var inputShape = ""
  public var outputShape = ""
  public var kernel = ""
  public var isa = ""
  public var threads: Int?
  public var cache = ""
  public var status = ""
  public var reason = ""
  public var parameters: Int?
  public var macs: Int?
  public var flops: Int?
  public var bytes: Int?
  public var workspaceBytes: Int?
  public var allocationsPerCall: Double?
  public var rounds: Int?
  public var samples: Int?
  public var medianMs: Double?
  public var madMs: Double?
  public var minMs: Double?
  public var p95Ms: Double?
  public var ciLowMs: Double?
  public var ciHighMs: Double?
  public var gflops: Double?
  public var gbps: Double?
  public var intensity: Double?
  public var roofGflops: Double?
  public var roofFraction: Double?
  public var speedupVsReference: Double?
  public var speedupVs1Thread: Double?
  public var efficiency: Double?
  public var maxError: Double?
  public var errorBound: Double?
  public var seed: Int?
  public var machine = ""
  public var revision = ""
  public var started = ""
  public var workloadText = ""
  public var requestedKernel = ""
  public var macsInside: Int?
  public var prepareMs: Double?
  public var cpuMs: Double?
  public var oversubscribed: Int?
  public var compiler = ""
  public var load: Double?
  public var multiplicity: Int?
  public var memoryBytes: Int?
  public var fingerprint = ""
  public var data = ""

  public init() {}
}
