import Operators
import Tensors
import Workloads

/// A workload as an engine reads it: a list of primitives and the files of their numbers. `Bench/Peers/README.md` defines
/// every line.
public struct TaskText: Sendable, CustomStringConvertible {
  /// The version in the first line.
  public static let version = 1
  /// The file's name.
  static let name = "task.txt"

  /// Names of the weights, in the order of their files.
  let weights: [String]
  /// The lines.
  public let description: String

  /// - Throws: `UnspeakableTask` if a tensor is not of single precision and known extents, `OperatorError`.
  public init(_ workload: Workload) throws {
    let stages = try workload.op.stages(workload.inputs)
    let weights = try workload.op.weights(workload.inputs)
    let tensors = workload.inputs + workload.outputs + stages.flatMap { $0.inputs + $0.outputs }
    guard stages.constants.isEmpty, tensors.allSatisfy({ $0.element == .float32 && !$0.isBounded }) else {
      throw UnspeakableTask()
    }
    self.weights = weights.map(\.name)
    let places = Dictionary(uniqueKeysWithValues: weights.enumerated().map { ($1.name, $0) })
    var lines = ["task \(Self.version)", "workload \(workload.text)"]
    lines += workload.inputs.enumerated().map { "input \($1.shape) \(Self.input($0))" }
    lines += weights.enumerated().map { "weight \($1.shape) \(Self.weight($0)) \($1.name)" }
    for stage in stages {
      let own = try stage.op.weights(stage.inputs).map { weight in
        places[stage.owner.isEmpty ? weight.name : "\(stage.owner).\(weight.name)"].map(String.init) ?? "?"
      }
      let sources = stage.sources.map { Self.text($0, places) }
      let words =
        [stage.op.keyword, stage.name, Self.list(sources), Self.list(own)]
        + [Self.list(stage.outputs.map(\.shape.description))] + Self.keys(stage.op)
      lines.append("node \(words.joined(separator: " "))")
    }
    lines += zip(workload.outputs, stages.outputs).enumerated().map { index, output in
      "output \(output.0.shape) \(Self.output(index)) \(Self.text(output.1, places))"
    }
    description = lines.joined(separator: "\n") + "\n"
  }

  static func input(_ index: Int) -> String { "input\(index).npy" }
  static func weight(_ index: Int) -> String { "weight\(index).npy" }
  static func output(_ index: Int) -> String { "output\(index).npy" }

  private static func list(_ words: [String]) -> String { words.isEmpty ? "-" : words.joined(separator: ",") }

  private static func text(_ source: Graph.Source, _ weights: [String: Int]) -> String {
    switch source {
    case .input(let index): "input:\(index)"
    case .node(let index, 0): "node:\(index)"
    case .node(let index, let output): "node:\(index).\(output)"
    case .weight(let name): "weight:\(weights[name].map(String.init) ?? "?")"
    case .constant(let index): "constant:\(index)"
    }
  }

  /// Every key with its value. Windows have both extents and paddings all four sides, so that nobody needs to know the
  /// short forms.
  private static func keys(_ op: any Operator) -> [String] {
    if let norm = op as? BatchNorm { return ["eps=\(norm.epsilon)"] }
    guard let spelled = op as? any Spelled else { return [] }
    let keys = spelled.attributes.map { "\($0.key)=\(value($0, of: op))" }
    // A pool tells of its dilation only where it has one.
    return op is Pool2D && !spelled.attributes.contains { $0.key == "d" } ? keys + ["d=1x1"] : keys
  }

  private static func value(_ attribute: Attribute, of op: any Operator) -> String {
    let value = attribute.value
    guard ["conv", "conv-transpose", "pool"].contains(op.keyword) else { return value }
    switch (attribute.key, value.split(separator: "x").count) {
    case ("k", 1), ("s", 1), ("d", 1), ("p", 2): return "\(value)x\(value)"
    case ("p", 1): return "\(value)x\(value)x\(value)x\(value)"
    default: return value
    }
  }
}

/// A workload that the lines of a task cannot say.
public struct UnspeakableTask: Error, CustomStringConvertible {
  /// One clause for a row.
  public var description: String {
    "a contender takes tensors of single precision and known extents, and this workload has others"
  }
}
