import Operators
import Tensors

/// Four branches from one input, concatenated: 1×1; 1×1 and 3×3; 1×1 and 3×3 (the paper's 5×5); 3×3 maximum pool and 1×1.
/// Every convolution has batch norm and ReLU. Attention sits after the concatenation.
/// - Shapes: `input` N×C×H×W, `output` N×(sum of the branches)×H×W.
/// - Source: Szegedy et al. 2015, arXiv:1409.4842, figure 2(b), in torchvision's variant (see `GoogLeNet`).
public struct Inception: Composite, Spelled {
  /// The word in a workload text.
  public static let keyword = "inception"
  /// GoogLeNet's module 3a with a quarter of every width.
  public static let examples = [
    "inception:branch1=16,reduce2=24,branch2=32,reduce3=4,branch3=8,branch4=8@1x48x14x14"
  ]
  /// Of batch norm, as torchvision's `BasicConv2d` has it.
  static let epsilon: Double = 1e-3
  /// Channels of the four branches.
  public var one: Int
  /// Of the second branch, after its 3×3.
  public var three: Int
  /// Of the third branch, whose 3×3 is the paper's 5×5.
  public var five: Int
  /// Of the fourth branch, after its pool.
  public var pool: Int
  /// Channels of the 1×1 reductions before the second and third branch's 3×3.
  public var reduce3: Int
  /// The third branch's.
  public var reduce5: Int
  /// After the concatenation.
  public var attention: AttentionSlot

  /// In the order of the paper's table 1.
  public init(
    _ one: Int, reduce3: Int, _ three: Int, reduce5: Int, _ five: Int, pool: Int,
    attention: AttentionSlot = .none
  ) {
    precondition(min(one, reduce3, three, reduce5, five, pool) > 0, "a branch without channels")
    (self.one, self.three, self.five, self.pool) = (one, three, five, pool)
    (self.reduce3, self.reduce5) = (reduce3, reduce5)
    self.attention = attention
  }

  /// Reads `branch1`, `reduce2`, `branch2`, `reduce3`, `branch3` and `branch4`, all of them required, `attention` and
  /// the module's keys.
  public init(_ a: inout Attributes) throws(OperatorError) {
    one = try a.int("branch1")
    reduce3 = try a.int("reduce2")
    three = try a.int("branch2")
    reduce5 = try a.int("reduce3")
    five = try a.int("branch3")
    pool = try a.int("branch4")
    attention = try AttentionSlot(&a)
  }

  /// The six widths; `attention` only where there is one.
  public var attributes: [Attribute] {
    [
      Attribute("branch1", one), Attribute("reduce2", reduce3), Attribute("branch2", three),
      Attribute("reduce3", reduce5), Attribute("branch3", five), Attribute("branch4", pool),
    ] + attention.attributes
  }

  /// Nodes `branch1` to `branch4` with their layers, `concat` and `attention`.
  public func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph {
    var graph = Graph()
    func add(_ name: String, out: Int, kernel: Int, _ source: Graph.Source) -> Graph.Source {
      graph.addRectified(name, out: out, kernel: kernel, source, epsilon: Inception.epsilon)
    }
    let first = add("branch1", out: one, kernel: 1, .input(0))
    let second = add(
      "branch2.3x3", out: three, kernel: 3, add("branch2.1x1", out: reduce3, kernel: 1, .input(0)))
    let third = add(
      "branch3.3x3", out: five, kernel: 3, add("branch3.1x1", out: reduce5, kernel: 1, .input(0)))
    let pooled = graph.add(
      "branch4.pool", Pool2D(.max, window: Pair(3), stride: Pair(1), padding: Padding(1)), .input(0))
    let fourth = add("branch4.1x1", out: pool, kernel: 1, pooled)
    let joined = graph.add("concat", Concat(4), first, second, third, fourth)
    _ = attention.add(to: &graph, after: joined)
    return graph
  }
}
