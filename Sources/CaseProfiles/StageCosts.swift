import Kernels
import Operators
import Tensors

/// What regions of a prepared kernel compute, counted from the operator's stages.
public struct StageCosts: Sendable {
  /// What is computed and what must be moved for it.
  public struct Work: Sendable, Equatable {
    /// Additions, multiplications, divisions, comparisons, exponentials.
    public var flops = 0
    /// What stages that are computed together must move: inputs from outside, weights, results that others read.
    public var bytes = 0

    /// No work.
    public init(flops: Int = 0, bytes: Int = 0) { (self.flops, self.bytes) = (flops, bytes) }

    /// Of both, one after the other.
    public static func + (a: Work, b: Work) -> Work {
      Work(flops: a.flops + b.flops, bytes: a.bytes + b.bytes)
    }
  }

  /// Work of a call by the regions' name; none for regions of which it is not known.
  public let work: [String: Work]

  init(_ op: any Operator, _ inputs: [TensorType], regions: [Region]) {
    guard let stages = try? op.stages(inputs) else {
      work = [:]
      return
    }
    // Images of a batch repeat a stage, layers of a network a name; where one region of a name says nothing the sum
    // would be too small.
    var (parts, silent): ([String: Set<Set<Int>>], Set<String>) = ([:], [])
    for region in regions {
      let members = region.numbers(in: stages)
      if members.isEmpty { silent.insert(region.name) }
      parts[region.name, default: []].insert(members)
    }
    work = parts.filter { !silent.contains($0.key) }.mapValues { sets in
      sets.map { StageCosts.work($0, stages) }.reduce(Work(), +)
    }
  }

  static func work(_ members: Set<Int>, _ stages: Stages) -> Work {
    var work = Work()
    var read: Set<Graph.Source> = []
    for index in members {
      let stage = stages[index]
      work.flops += stage.cost.flops
      for (source, type) in zip(stage.sources, stage.inputs) {
        if case .node(let node, _) = source, members.contains(node) { continue }
        if read.insert(source).inserted { work.bytes += type.bytes }
      }
      for (output, type) in stage.outputs.enumerated() {
        let source = Graph.Source.node(index, output: output)
        let isRead =
          stages.outputs.contains(source)
          || stages.indices.contains { !members.contains($0) && stages[$0].sources.contains(source) }
        if isRead { work.bytes += type.bytes }
      }
      work.bytes += ElementType.float32.bytes * stage.cost.parameters
    }
    return work
  }
}
