import Models
import Operators
import Tensors

/// The layers of a network in groups that a reader can survey: those whose names begin alike (`layer1.0`, `layer1.1`).
enum NetworkGroups {
  /// A line per group, then the total and the part of it that is attention.
  static func lines(_ network: Network, _ inputs: [Shape], _ lines: [CostLine]) throws -> [CostLine] {
    let nodes = try network.graph(inputs).nodes
    let layers = zip(try network.stages(inputs), lines)
    let total = lines[lines.count - 1]
    var result: [CostLine] = []
    for name in unique(nodes.map { group(of: $0.name) }) {
      let members = layers.filter { group(of: $0.0.name) == name }
      guard let last = members.last else { continue }
      result.append(
        line(
          name, contents(nodes.filter { group(of: $0.name) == name }), last.1.output, members.map(\.1),
          like: total))
    }
    let attention = layers.filter(\.0.isAttention).map(\.1)
    guard let module = network.options.attention.module, let last = attention.last else {
      return result + [total]
    }
    return result + [total, line("of which attention", module.keyword, last.output, attention, like: total)]
  }

  private static func group(of name: String) -> Substring { name.prefix { $0 != "." } }

  private static func line(
    _ stage: some StringProtocol, _ op: String, _ output: String, _ members: [CostLine], like total: CostLine
  ) -> CostLine {
    CostLine(
      name: total.name, stage: String(stage), op: op, output: output,
      counts: members.reduce(Counts()) { $0 + $1.counts }, convention: total.convention)
  }

  /// `3 bottleneck`, `2 conv, 2 relu, pool`.
  private static func contents(_ nodes: [Graph.Node]) -> String {
    unique(nodes.map { $0.op.keyword }).map { keyword in
      let count = nodes.count { $0.op.keyword == keyword }
      return count == 1 ? keyword : "\(count) \(keyword)"
    }.joined(separator: ", ")
  }

  private static func unique<T: Hashable>(_ values: [T]) -> [T] {
    var seen: Set<T> = []
    return values.filter { seen.insert($0).inserted }
  }
}
