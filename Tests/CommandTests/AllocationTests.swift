import Kernels
import Records
import Testing
import TiledKernels

/// No tiled kernel allocates in the steady state, on any instruction set and thread count. The tool is a process of its own,
/// where nobody else allocates: the counts are exact.
@Suite struct AllocationTests {
  static let workloads = [
    "conv:out=40,k=3,p=1@2x16x15x17", "conv-transpose:out=8,k=4,s=2,p=1@1x8x7x7", "conv:out=24@1x16x13x13",
    "conv:out=16,k=3,p=1,g=16@1x16x14x14",
    "pool:k=3,s=2,p=1@1x8x15x15", "globalpool@1x64x7x7", "channelpool@1x64x15x15",
    "adaptivepool:out=3@1x64x15x15", "dense:out=40@3x64",
    "subsample:out=16@1x8x9x9", "batchnorm@1x8x9x9", "relu@1x8x9x9", "sigmoid@1x8x9x9", "add@1x8x9x9",
    "scale@1x8x9x9", "concat@1x8x9x9",
    "se@1x32x9x9", "channel-attention@1x32x9x9", "spatial-attention@1x32x9x9", "cbam@1x32x9x9",
    "cbam:order=parallel@1x32x9x9", "bottleneck:width=8,attention=cbam,r=4@1x32x9x9",
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
    #expect(Set(records.map(\.kernel)).subtracting(["reference"]) == Set(tiledKernels.map(\.name)))
    #expect(Set(records.map(\.workloadText)).count == Self.workloads.count)
  }
}
