import Kernels
import Models
import Records
import Testing
import TiledKernels

/// No tiled kernel allocates in the steady state, on any instruction set and thread count. The tool is a process of its own,
/// where nobody else allocates: the counts are exact.
@Suite struct AllocationTests {
  /// Examples of every operator, and what they do not reach: odd extents, attention inside a bottleneck.
  static let workloads =
    Modules.examples + [
      "conv:out=40,k=3,p=1@2x16x15x17", "conv:out=24@1x16x13x13", "adaptivepool:out=3@1x64x15x15",
      "bottleneck:width=8,attention=cbam,r=4@1x32x9x9",
      "cbam:order=spatial-first@2x32x9x11/backward", "cbam:order=parallel@1x16x20x20/training",
      "conv:out=24,k=3,p=1,bias=0@2x16x15x15/backward-weights", "dense:out=9,bias=0@8x64/backward-weights",
      "cifar-resnet20+cbam@2x3x32x32/training:nesterov=1",
    ] + Modules.primitives.flatMap { $0.examples.prefix(1) }.flatMap { ["\($0)/backward", "\($0)/training"] }

  /// Gradients that are a whole workload for no text: what they are a part of runs part by part.
  static let partsAlone: Set = [
    "tiled/batchnorm-training", "tiled/channel-sum", "tiled/dense-data-gradient", "tiled/gate-gradient",
    "tiled/update",
  ]

  @Test func tiledKernelsAllocateNothing() throws {
    let isas = ISA.allCases.filter(\.isAvailable).map(\.rawValue).joined(separator: ",")
    let result = try Tool.run(
      ["run"] + Self.workloads
        + words("--kernels all --isa \(isas) --threads 1,2,5 --rounds 1 --format csv"))
    #expect(result.status == 0 && result.error.isEmpty, "\(result.error)")
    let records = try CSV.records(result.output).filter { $0.status == "ok" }
    for record in records where record.kernel != "reference" {
      let place = "\(record.workload) \(record.kernel) \(record.isa) \(record.threads ?? 0)"
      #expect(record.allocationsPerCall == 0, "\(place)")
    }
    #expect(
      Set(records.map(\.kernel)).subtracting(["reference"])
        == Set(tiledKernels.map(\.name)).subtracting(Self.partsAlone))
    #expect(Set(records.map(\.workloadText)).count == Self.workloads.count)
  }
}
