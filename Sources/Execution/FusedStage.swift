import Kernels
import Operators

/// A stage and those after it that its kernel computes together with it.
public struct FusedStage: Sendable, Equatable {
  /// The stage whose kernel computes all of them.
  public let root: Int
  /// The stage whose output is the result.
  public private(set) var last: Int
  /// Stages besides the root, in running order.
  public private(set) var others: [Int] = []
  /// A batch norm that is folded into the root's weights.
  public private(set) var batchNorm: Int?
  /// What is added to the result.
  public private(set) var residual: Graph.Source?
  /// What is applied last.
  public private(set) var activation = Activation.none

  private init(_ root: Int) {
    self.root = root
    last = root
  }

  /// What a form must be able to fuse.
  public func isFusible(by epilogues: Set<Epilogue>) -> Bool {
    (batchNorm == nil || epilogues.contains(.batchNorm))
      && (residual == nil || epilogues.contains(.residual))
      && (activation == .none || epilogues.fuse(activation))
  }
}

extension FusedStage {
  /// The pass: every stage in one group, groups in an order in which they can run.
  /// - Parameter epilogues: what the kernel of a stage can fuse.
  public static func groups(_ stages: Stages, epilogues: (Int) -> Set<Epilogue>) -> [FusedStage] {
    let users = Users(stages)
    var groups: [FusedStage] = []
    var taken: Set<Int> = []
    for root in stages.indices where !taken.contains(root) {
      var group = FusedStage(root)
      let possible = epilogues(root)
      // What is fused follows the only output.
      while stages[group.last].outputs.count == 1, let next = users.only(of: group.last),
        !taken.contains(next), group.take(next, stages, possible)
      {}
      taken.formUnion(group.others)
      groups.append(group)
    }
    // A group runs when its last stage would: by then every other input is there.
    return groups.sorted { $0.last < $1.last }
  }

  /// Takes the stage that alone reads this group's result.
  /// - Returns: whether the kernel can compute it, too.
  private mutating func take(_ next: Int, _ stages: Stages, _ epilogues: Set<Epilogue>) -> Bool {
    let stage = stages[next]
    switch stage.op {
    case is BatchNorm where epilogues.contains(.batchNorm) && last == root && !stage.isShared:
      batchNorm = next
    case is Add where epilogues.contains(.residual) && residual == nil && activation == .none:
      guard let other = stage.sources.first(where: { $0 != .node(last) }) else { return false }
      residual = other
    case let op as any ActivationOperator where epilogues.fuse(op.activation) && activation == .none:
      activation = op.activation
    default: return false
    }
    last = next
    others.append(next)
    return true
  }
}

extension ActivationOperator {
  /// The type's.
  fileprivate var activation: Activation { Self.activation }
}

extension Set<Epilogue> {
  fileprivate func fuse(_ activation: Activation) -> Bool {
    contains(.activation) || activation == .relu && contains(.relu)
  }
}

/// Which stages read a stage's outputs.
private struct Users {
  private var readers: [Set<Int>]
  private var results: Set<Int> = []

  init(_ stages: Stages) {
    readers = Array(repeating: [], count: stages.count)
    for (index, stage) in stages.enumerated() {
      for case .node(let source, _) in stage.sources { readers[source].insert(index) }
    }
    for case .node(let source, _) in stages.outputs { results.insert(source) }
  }

  /// The stage that alone reads this one, if the whole's results do not.
  func only(of stage: Int) -> Int? {
    guard !results.contains(stage), readers[stage].count == 1 else { return nil }
    return readers[stage].first
  }
}
