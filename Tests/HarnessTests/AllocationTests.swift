import Harness
import Kernels
import Measurement
import Records
import TiledKernels
import Testing

/// No tiled kernel allocates in the steady state, on any instruction set and thread count.
@Test func tiledKernelsAllocateNothing() throws {
  let texts = [
    "conv:out=40,k=3,p=1@2x16x15x17", "conv-transpose:out=8,k=4,s=2,p=1@1x8x7x7", "conv:out=24@1x16x13x13",
    "conv:out=16,k=3,p=1,g=16@1x16x14x14",
    "pool:k=3,s=2,p=1@1x8x15x15", "globalpool@1x64x7x7", "channelpool@1x64x15x15",
    "adaptivepool:out=3@1x64x15x15", "dense:out=40@3x64",
    "batchnorm@1x8x9x9", "relu@1x8x9x9", "sigmoid@1x8x9x9", "add@1x8x9x9", "scale@1x8x9x9", "concat@1x8x9x9",
    "se@1x32x9x9", "channel-attention@1x32x9x9", "spatial-attention@1x32x9x9", "cbam@1x32x9x9",
    "cbam:order=parallel@1x32x9x9", "bottleneck:width=8,attention=cbam,r=4@1x32x9x9",
  ]
  var plan = Plan()
  plan.requests = [.all]
  plan.isas = ISA.allCases.filter(\.isAvailable)
  plan.threads = [1, 2, 5]
  plan.rounds = 1
  let facts = RunFacts(machine: Machine(), revision: "", started: "")
  let runner = Runner(plan: plan, tiled: Catalogue(TiledKernels.all), facts: facts) { false }
  var quietest: [String: Double] = [:]
  // Tests beside this one allocate as well: the quietest of several counts tells.
  for _ in 0..<20 where quietest.isEmpty || quietest.values.contains(where: { $0 > 0 }) {
    for text in texts {
      for row in runner.run(try Workload(text), suite: "", budget: Seconds(0)) where row.status == .ok {
        let record = row.record
        if record.kernel == "reference" { continue }
        let key = "\(text) \(record.kernel) \(record.isa) \(record.threads ?? 0)"
        quietest[key] = min(quietest[key] ?? .infinity, record.allocationsPerCall ?? .infinity)
      }
    }
  }
  for (key, count) in quietest { #expect(count == 0, "\(key)") }
  let kernels = Set(quietest.keys.map { $0.split(separator: " ")[1] })
  #expect(kernels == Set(TiledKernels.all.map { Substring($0.name) }))
}
