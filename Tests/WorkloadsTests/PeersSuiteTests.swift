import Foundation
import Models
import Operators
import Testing
import Workloads

/// The suites that several engines are measured on: results are compared by name, so each name must say what its line holds.
@Suite struct PeersSuiteTests {
  private static func suite(_ name: String) throws -> Suite {
    let folder = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return try SuiteLibrary.read(folder.appendingPathComponent("Bench/Suites/\(name).suite").path)
  }

  @Test func casesAreThoseOfOtherEngines() throws {
    let workloads = try PeersSuiteTests.suite("peers").workloads
    #expect(
      Dictionary(grouping: workloads) { $0.op.keyword }.mapValues(\.count) == [
        "conv": 28, "pool": 3, "globalpool": 2, "channelpool": 1, "se": 5, "channel-attention": 5,
        "spatial-attention": 5, "cbam": 6,
      ])
    #expect(Set(workloads.map(\.name)).count == 55)
    #expect(Set(workloads.map(\.text)).count == 55)
    for workload in workloads { #expect(workload.name == PeersSuiteTests.name(workload)) }
  }

  @Test func networksAreThere() throws {
    let workloads = try PeersSuiteTests.suite("peers-networks").workloads
    #expect(
      workloads.map(\.name) == [
        "vgg16", "resnet18", "resnet50", "resnext50_32x4d", "googlenet", "mobilenet_v2", "se_resnet50",
        "cbam_resnet50",
      ])
    #expect(workloads.allSatisfy { $0.inputs.text == "1x3x224x224" })
  }

  /// The name of a workload, made from its operator and its shape.
  private static func name(_ workload: Workload) -> String {
    let input = workload.inputs[0]
    let batch = input.n == 1 ? "" : " N=\(input.n)"
    let place = "\(input.c)@\(input.h)\(batch)"
    switch workload.op {
    case let conv as Conv2D:
      #expect(conv.bias, "\(workload.name) has no bias")
      let stride = conv.stride.h == 1 ? "" : "s\(conv.stride.h)"
      let kind = "\(conv.kernel.h)x\(conv.kernel.w)\(stride)"
      if conv.groups == input.c { return "dw\(kind) \(place)" }
      let prefix =
        conv.kernel.h == 7 && input.c == 3 ? "stem " : workload.name.hasPrefix("VGG ") ? "VGG " : ""
      let groups = conv.groups == 1 ? "" : "g\(conv.groups)"
      return "\(prefix)\(kind)\(groups) \(input.c)->\(conv.outputChannels)@\(input.h)"
    case let pool as Pool2D:
      return "\(pool.kind)\(pool.window.h)x\(pool.window.w)s\(pool.stride.h) \(place)"
    case is GlobalPool: return "gap \(place)"
    case is ChannelPool: return "chan mean+max \(place)"
    default:
      let short = ["se": "SE", "channel-attention": "CA", "spatial-attention": "SA", "cbam": "CBAM"]
      return "\(short[workload.op.keyword] ?? "") \(place)"
    }
  }
}
