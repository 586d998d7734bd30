import CaseProfiles
import Harness
import Measurement
import Operators
import Testing
import TiledKernels
import Workloads

@Suite struct LayerTimesTests {
  /// Layers are disjoint and do all of the operator's work, fused or not, also inside blocks inside blocks.
  @Test(arguments: [
    ("basicblock:out=8,attention=se,r=4@1x8x6x6", ["conv1", "conv2", "attention"]),
    (
      "bottleneck:out=16,width=4,attention=cbam,r=4@2x8x6x6",
      ["conv1", "conv2", "conv3", "downsample", "attention"]
    ),
    ("separable:out=8@1x4x6x6", ["depthwise.conv", "pointwise.conv"]),
  ])
  func layersDoAllWork(text: String, names: [String]) throws {
    let workload = try Workload(text)
    let times = try CaseProfilerTests.profiler(.tiled, threads: 2).layers(workload, budget: Seconds(0.01))
    #expect(times.layers.map(\.name) == names)
    #expect(times.layers.reduce(0) { $0 + $1.work.flops } == workload.cost.flops)
    #expect(times.layers.allSatisfy { $0.time.value > 0 } && times.call.value > 0 && times.calls > 0)
    #expect(times.layers.last?.output == workload.output)
  }

  @Test func networksHaveTheirBlocksInTheNames() throws {
    let times = try CaseProfilerTests.profiler(.tiled, threads: 1)
      .layers(try Workload("mobilenet-0.25:classes=10@1x3x32x32"), budget: Seconds(0.01))
    #expect(Set(times.layers.map(\.keyword)).isSuperset(of: ["conv", "globalpool"]))
    #expect(times.layers.contains { $0.name.contains(".") && !$0.fused.isEmpty })
  }

  @Test func oneKernelHasNoLayers() throws {
    let error = #expect(throws: NoLayers.self) {
      try CaseProfilerTests.profiler(.tiled, threads: 1)
        .layers(try Workload("cbam@1x16x6x6"), budget: Seconds(0.01))
    }
    #expect(error?.kernel == "tiled/fused")
  }
}
