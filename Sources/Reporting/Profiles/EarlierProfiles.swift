import Profiling

/// A profile that was written before.
public struct OtherProfile {
  let path: String
  let stacks: StackProfile
  /// What it is of; nil if another program wrote it.
  let title: String?

  /// - Parameter path: where it was read, for titles.
  public init(_ recorded: RecordedProfile, path: String) {
    (self.path, title, stacks) = (path, recorded.notes["case"], Attribution.attribute(recorded))
  }
}

/// A heap profile that was written before.
public struct OtherHeap {
  let path: String
  let stacks: HeapStacks
  /// What it is of, and in how many calls; nil if another program wrote it.
  let title: String?
  let calls: Int?

  /// - Parameter path: where it was read, for titles.
  public init(_ recorded: RecordedHeap, path: String) {
    (self.path, title, stacks) = (path, recorded.notes["case"], Attribution.attribute(recorded))
    calls = recorded.notes["calls"].flatMap { Int($0) }
  }
}
