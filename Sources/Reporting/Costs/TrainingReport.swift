import Models
import Operators
import Records
import Tensors
import Workloads

/// What training costs, layer by layer: forward, both gradients, the update of the weights, and what is kept of the forward pass.
public enum TrainingReport {
  /// What one direction takes.
  private struct Work: Sendable {
    var macs = 0
    var flops = 0

    mutating func add(_ cost: Cost) {
      macs += cost.macs
      flops += cost.flops
    }

    static func + (a: Work, b: Work) -> Work { Work(macs: a.macs + b.macs, flops: a.flops + b.flops) }
  }

  /// A layer, or the sum of all.
  private struct Line: Sendable {
    let name: String
    let stage: String
    let op: String
    let output: String
    var parameters = 0
    var forward = Work()
    var data = Work()
    var weights = Work()
    /// Kept until the gradients are computed.
    var keptBytes = 0

    /// Momentum and weight decay: two multiply-adds and a step.
    var updateFlops: Int { 6 * parameters }
    var flops: Int { forward.flops + data.flops + weights.flops + updateFlops }
  }

  private static let columns: [Column<Line>] = [
    Column("name", text: { $0.name }).shown("workload"),
    Column("stage", text: { $0.stage }).shown(),
    Column("operator", text: { $0.op }).shown(rank: 1),
    Column("output_shape", text: { $0.output }).shown("output", rank: 2),
    Column("parameters", integer: { $0.parameters }).shown(rank: 3),
    Column("forward_macs", integer: { $0.forward.macs }).shown("forward MACs"),
    Column("backward_data_macs", integer: { $0.data.macs }).shown("data MACs"),
    Column("backward_weights_macs", integer: { $0.weights.macs }).shown("weight MACs"),
    Column("forward_flops", integer: { $0.forward.flops }).shown("forward FLOPs", rank: 5),
    Column("backward_data_flops", integer: { $0.data.flops }).shown("data FLOPs", rank: 6),
    Column("backward_weights_flops", integer: { $0.weights.flops }).shown("weight FLOPs", rank: 7),
    Column("update_flops", integer: { $0.updateFlops }).shown("update FLOPs", rank: 4),
    Column("flops", integer: { $0.flops }).shown("FLOPs", rank: 1),
    Column("kept_bytes", integer: { $0.keptBytes }).shown("bytes kept"),
  ]

  /// - Parameter workloads: taken any way.
  /// - Throws: what counting throws.
  public static func report(_ workloads: [Workload]) throws -> Report {
    let lines = try workloads.flatMap(layers)
    return Report(Listing(lines, columns, grouped: 1) { [$0.name] })
  }

  /// A line for what comes in, if it is kept, one for each layer and each sum of gradients, and the total.
  private static func layers(_ workload: Workload) throws -> [Line] {
    let (inputs, training) = try workload.inTraining()
    let stages = try training.forward.stages(inputs)
    var lines = stages.map { stage in
      var line = Line(
        name: workload.name, stage: stage.name, op: stage.op.keyword,
        output: stage.outputs[0].shape.description)
      line.parameters = stage.cost.parameters
      line.forward.add(stage.cost)
      return line
    }
    let backward = try training.backward.map { try ($0.stages($0.gradient.inputs), $0.gradient.kept) }
    let names = stages.map(\.name)
    var others: [Line] = []
    for stage in backward.map({ Array($0.0) }) ?? [] {
      let path = stage.name
      let place = layer(of: path, names)
      var line =
        place.map { lines[$0] }
        ?? Line(
          name: workload.name, stage: path, op: stage.op.keyword, output: stage.outputs[0].shape.description)
      if isOfWeights(path) { line.weights.add(stage.cost) } else { line.data.add(stage.cost) }
      if let place { lines[place] = line } else { others.append(line) }
    }
    keep(backward?.1 ?? [], stages, &lines)
    var input = Line(
      name: workload.name, stage: "input", op: "",
      output: inputs.map(\.shape.description).joined(separator: " "))
    for case .input(let i) in backward?.1 ?? [] { input.keptBytes += inputs[i].bytes }
    let all = (input.keptBytes > 0 ? [input] : []) + lines + others
    return all + [total(all, workload)]
  }

  /// The forward stage that a backward stage belongs to; nil: it adds gradients up.
  private static func layer(of path: String, _ names: [String]) -> Int? {
    names.count == 1 && !path.contains("+") ? 0 : names.lastIndex { path.hasPrefix($0 + ".") }
  }

  /// Gradients of weights and biases, and their sums.
  private static func isOfWeights(_ path: String) -> Bool {
    let last = path.split(separator: ".").last ?? ""
    return ["weights", "bias"].contains(last) || last.hasPrefix("weight+") || last.hasPrefix("bias+")
  }

  /// Adds what is kept to the layers whose results it is.
  private static func keep(_ kept: [KeptValue], _ stages: Stages, _ lines: inout [Line]) {
    for case .output(let output) in kept {
      guard case .node(let stage, let place) = stages.outputs[output] else { continue }
      lines[stage].keptBytes += stages[stage].outputs[place].bytes
    }
  }

  private static func total(_ lines: [Line], _ workload: Workload) -> Line {
    var total = Line(
      name: workload.name, stage: "total", op: workload.named.keyword, output: "")
    for line in lines {
      total.parameters += line.parameters
      total.forward = total.forward + line.forward
      total.data = total.data + line.data
      total.weights = total.weights + line.weights
      total.keptBytes += line.keptBytes
    }
    return total
  }
}
