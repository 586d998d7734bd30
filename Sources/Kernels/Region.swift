import Operators

/// A set of tiles that may run in any order and at the same time, followed by a barrier.
///
/// Unchecked: the body captures pointers. Whoever builds a region promises that its tiles write disjoint memory.
public struct Region: @unchecked Sendable {
  /// Runs neighbouring tiles. `worker` is below the team's size and may choose scratch memory, nothing else; how tiles
  /// are grouped must not change any bit of the result.
  public typealias Body = (_ tiles: Range<Int>, _ worker: Int) -> Void

  /// What the region does, for profiles.
  public let name: String
  /// How many there are; 0 is a region that does nothing.
  public let tiles: Int
  /// What runs some of them.
  public let body: Body
  /// What the operator's cost knows of what the region computes: paths of stages or blocks of the operator, the empty one
  /// for the whole. A stage that several regions share stands in the one that does most of it.
  public private(set) var computes: [String] = []
  /// Whether it writes the kernel's result, with all epilogues.
  private var finishes = false
  /// Path of the layer of a composite whose kernel has this region; empty if the whole has one kernel.
  public private(set) var layer = ""
  /// Whether it packs weights anew, which belongs to no stage.
  public private(set) var isPacking = false

  /// For small tiles: the body sees several at once.
  public init(_ name: String, rangesOf tiles: Int, body: @escaping Body) {
    precondition(tiles >= 0, "\(tiles) tiles in region \(name)")
    self.name = name
    self.tiles = tiles
    self.body = body
  }

  /// For tiles large enough to be claimed one by one.
  public init(_ name: String, tiles: Int, body: @escaping (_ tile: Int, _ worker: Int) -> Void) {
    self.init(name, rangesOf: tiles) { range, worker in
      for tile in range { body(tile, worker) }
    }
  }

  /// The same region with something around its body.
  public func replacingBody(_ body: @escaping Body) -> Region {
    var region = Region(name, rangesOf: tiles, body: body)
    (region.computes, region.finishes, region.layer) = (computes, finishes, layer)
    region.isPacking = isPacking
    return region
  }

  /// The same region, which packs weights anew.
  public func packing() -> Region {
    var region = self
    region.isPacking = true
    return region
  }

  /// The same region, which computes these parts of its operator.
  public func computing(_ paths: String...) -> Region { computing(paths) }

  /// The same region, which computes these parts of its operator.
  public func computing(_ paths: [String]) -> Region {
    var region = self
    region.computes = paths
    return region
  }

  /// Numbers of the stages that it computes.
  /// - Precondition: every path in `computes` names a stage or a block.
  public func numbers(in stages: Stages) -> Set<Int> {
    var numbers: Set<Int> = []
    for path in computes {
      let named = stages.numbers(at: path)
      precondition(
        path.isEmpty || !named.isEmpty,
        "region '\(name)' computes '\(path)', which is not a stage; the stages are "
          + stages.map(\.name).joined(separator: ", "))
      numbers.formUnion(named)
    }
    return numbers
  }

  /// The same region, which does not compute the whole operator, but writes its result.
  public func finishing() -> Region {
    var region = self
    region.finishes = true
    return region
  }

  /// The same region, its operator being a node of a composite.
  /// - Parameter fused: nodes that are computed with it where its result is written.
  public func inside(_ node: String, with fused: [String] = []) -> Region {
    var region = self
    region.computes = computes.map { node.isEmpty ? $0 : $0.isEmpty ? node : "\(node).\($0)" }
    if computes.contains("") || finishes { region.computes += fused }
    region.finishes = false
    return region
  }

  /// The same region, its kernel being that of a layer.
  public func ofLayer(_ node: String) -> Region {
    var region = self
    region.layer = layer.isEmpty ? node : "\(node).\(layer)"
    return region
  }
}
