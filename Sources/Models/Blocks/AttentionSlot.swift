import Operators
import PlainText

/// The attention of a block or network: nothing, or a module with its own keys (`attention=cbam,r=16,k=7`).
public struct AttentionSlot: Sendable, Hashable {
  /// What sits there, nil for nothing.
  public let module: (any AttentionModule)?

  /// Nothing: the signal passes unchanged.
  public static let none = AttentionSlot(nil)

  /// A slot with a module, or an empty one.
  public init(_ module: (any AttentionModule)?) { self.module = module }

  /// Reads the key `attention` and those of the module.
  init(_ a: inout Attributes) throws(OperatorError) {
    let name = try a.text("attention", default: "none", words: AttentionSlot.names)
    do { self = try AttentionSlot(named: name, &a) } catch {
      guard !AttentionSlot.names.contains(name) else { throw error }
      throw OperatorError("attention=\(name.shown) is not a module; \(AttentionSlot.hint(name))")
    }
  }

  /// Reads the keys of the module of that name.
  init(named name: String, _ a: inout Attributes) throws(OperatorError) {
    if name == "none" {
      module = nil
    } else if let type = Modules.attention.first(where: { $0.keyword == name }) {
      module = try type.read(&a) as? any AttentionModule
    } else {
      throw OperatorError("'\(name.shown)' is not an attention module; \(AttentionSlot.hint(name))")
    }
  }

  static var names: [String] { ["none"] + Modules.attention.map { $0.keyword } }

  private static func hint(_ name: String) -> String {
    Words.nearest(name, among: names).map { "did you mean '\($0)'?" }
      ?? "known modules: \(names.joined(separator: " "))"
  }

  /// As the keys of a block.
  var attributes: [Attribute] { module.map { [Attribute("attention", $0.keyword)] + $0.attributes } ?? [] }

  /// The same module with another reduction ratio; nil if it has none.
  public func reducing(by reduction: Int) -> AttentionSlot? {
    guard var reducing = module as? any Reducing, reducing.reduction != nil else { return nil }
    reducing.reduction = reduction
    return (reducing as? any AttentionModule).map { AttentionSlot($0) }
  }

  /// Appends the module to a branch.
  func add(to graph: inout Graph, _ name: String = "attention", after source: Graph.Source) -> Graph.Source {
    module.map { graph.add(name, $0, source) } ?? source
  }

  public static func == (a: Self, b: Self) -> Bool { a.attributes == b.attributes }
  public func hash(into hasher: inout Hasher) { hasher.combine(attributes) }
}
