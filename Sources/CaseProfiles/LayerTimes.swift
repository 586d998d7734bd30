import Kernels
import Measurement
import Operators
import Tensors
import Workloads

/// What each layer of a composite takes, inside a call of the whole: caches hold what the layers before have left there.
public struct LayerTimes: Sendable {
  /// One of them, with what is fused into it.
  public struct Layer: Sendable {
    /// Path of its node.
    public let name: String
    /// Of its operator.
    public let keyword: String
    /// Names of the nodes that are computed together with it.
    public let fused: [String]
    /// Of its last node.
    public let outputs: [TensorType]
    /// Of its nodes together.
    public let work: StageCosts.Work
    /// Median.
    public let time: Seconds
  }

  /// In running order.
  public let layers: [Layer]
  /// Median of a whole call without clocks between the layers.
  public let call: Seconds
  /// That the medians are of.
  public let calls: Int

  /// Of the layers' medians.
  public var sum: Seconds { layers.reduce(Seconds(0)) { $0 + $1.time } }
}

extension CaseProfiler {
  /// Times the layers of a composite one by one, each pass beside a plain call, for about `budget`.
  /// - Throws: `NoLayers`, or as `profile`.
  public func layers(_ workload: Workload, budget: Seconds) throws -> LayerTimes {
    let item = try verified(workload)
    let groups = Self.layers(item.regions)
    guard groups.count > 1, let stages = try? workload.op.stages(workload.inputs) else {
      throw NoLayers(workload: workload.name, kernel: item.kernelName)
    }
    var times = [[Double]](repeating: [], count: groups.count)
    var calls: [Double] = []
    for _ in 0..<2 { item.run() }
    let start = Clock.now()
    repeat {
      calls.append(Clock.time { item.run() }.value)
      for (index, regions) in groups.enumerated() {
        times[index].append(Clock.time { item.team.run(regions) }.value)
      }
    } while Clock.now() - start < budget && !isInterrupted()
    item.team.rest()
    return LayerTimes(
      layers: zip(groups, times).map { Self.layer($0, Seconds(Statistics.median($1)), stages) },
      call: Seconds(Statistics.median(calls)), calls: calls.count)
  }

  /// Neighbouring regions of one layer.
  private static func layers(_ regions: [Region]) -> [[Region]] {
    regions.reduce(into: []) { groups, region in
      if groups.last?.last?.layer == region.layer {
        groups[groups.count - 1].append(region)
      } else {
        groups.append([region])
      }
    }
  }

  private static func layer(_ regions: [Region], _ time: Seconds, _ stages: Stages) -> LayerTimes.Layer {
    let name = regions[0].layer
    let own = stages.numbers(at: name)
    let members = regions.reduce(into: Set(own)) { $0.formUnion($1.numbers(in: stages)) }
    let fused = members.subtracting(own).sorted()
    let block = stages.blocks.first { $0.name == name }
    return LayerTimes.Layer(
      name: name, keyword: block?.op.keyword ?? own.first.map { stages[$0].op.keyword } ?? "",
      fused: fused.map { String(stages[$0].name.split(separator: ".").last ?? "") },
      outputs: members.max().map { stages[$0].outputs } ?? [], work: StageCosts.work(members, stages),
      time: time)
  }
}

/// One kernel computes the whole, so that there is no layer to time.
public struct NoLayers: Error {
  /// Name of the workload.
  public let workload: String
  /// Name of the kernel.
  public let kernel: String
}
