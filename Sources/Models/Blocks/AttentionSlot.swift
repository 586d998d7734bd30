import Operators

/// The attention of a block: nothing, or a module with its own keys (`attention=cbam,r=16,k=7`).
public struct AttentionSlot: Sendable, Hashable {
  public let module: (any AttentionModule)?

  public static let none = AttentionSlot(nil)

  public init(_ module: (any AttentionModule)?) { self.module = module }

  init(_ a: inout Attributes) throws(OperatorError) {
    let name = try a.text("attention", default: "none")
    if name == "none" {
      module = nil
    } else if let type = Modules.attention.first(where: { $0.keyword == name }) {
      module = try type.read(&a) as? any AttentionModule
    } else {
      let known = ["none"] + Modules.attention.map { $0.keyword }
      throw OperatorError("attention=\(name) is not a module; known modules: \(known.joined(separator: " "))")
    }
  }

  var attributes: [Attribute] { module.map { [Attribute("attention", $0.keyword)] + $0.attributes } ?? [] }

  /// Appends the module to a branch.
  func add(to graph: inout Graph, after source: Graph.Source) -> Graph.Source {
    module.map { graph.add("attention", $0, source) } ?? source
  }

  public static func == (a: Self, b: Self) -> Bool { a.attributes == b.attributes }
  public func hash(into hasher: inout Hasher) { hasher.combine(attributes) }
}
