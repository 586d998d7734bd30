/// Stacks of a profile, merged from the root on.
final class CallTree {
  let name: String
  /// Samples of this frame and of all above it.
  private(set) var count = 0
  /// The same in the profile that is compared with.
  private(set) var before = 0
  private var callees: [String: CallTree] = [:]

  init(_ name: String) { self.name = name }

  /// - Parameter before: a profile to compare with; empty for none.
  convenience init(_ profile: StackProfile, before: StackProfile?) {
    self.init("all")
    for (stack, count) in profile.stacks { add(stack, count, before: 0) }
    for (stack, count) in before?.stacks ?? [:] { add(stack, 0, before: count) }
  }

  private func add(_ stack: StackProfile.Stack, _ count: Int, before: Int) {
    var node = self
    node.count += count
    node.before += before
    for name in stack {
      let next = node.callees[name] ?? CallTree(name)
      node.callees[name] = next
      node = next
      node.count += count
      node.before += before
    }
  }

  /// By name, so that the same frame stands at the same place in two graphs.
  var children: [CallTree] { callees.values.sorted { $0.name < $1.name } }

  /// Frames on the longest stack of those that have samples, this one included.
  var depth: Int { 1 + (callees.values.lazy.filter { $0.count > 0 }.map(\.depth).max() ?? 0) }
}
