import Tensors

/// Memory for the intermediate results of steps that run one after the other: a result needs its place from the step
/// that writes it to the last that reads it.
public struct Arena: Sendable {
  /// One step's result: its elements, and the steps between which it must not be overwritten.
  public struct Interval: Sendable {
    /// Elements; a result of none takes no place.
    public let size: Int
    /// The step that writes it.
    public let first: Int
    /// The last step that reads it.
    public let last: Int

    /// - Precondition: `size` is not negative, `first` not after `last`.
    public init(size: Int, first: Int, last: Int) {
      precondition(size >= 0 && first <= last, "size \(size), steps \(first) to \(last)")
      self.size = size
      self.first = first
      self.last = last
    }
  }

  /// Where each interval begins.
  public let offsets: [Int]
  /// Elements of the whole arena.
  public let size: Int

  /// Places intervals, the largest first, each as low as those that live at the same time let it.
  /// - Parameter alignment: of every offset, in elements.
  /// - Source: Pisarchyk & Lee 2020, arXiv:2001.03288, "greedy by size".
  public init(_ intervals: [Interval], alignment: Int = 1) {
    var offsets = Array(repeating: 0, count: intervals.count)
    var placed: [Int] = []
    var size = 0
    let order = intervals.indices.sorted { (intervals[$0].size, $1) > (intervals[$1].size, $0) }
    for index in order where intervals[index].size > 0 {
      let interval = intervals[index]
      var offset = 0
      // By offset: the first gap that is large enough.
      for other in placed where intervals[other].overlaps(interval) {
        if offset + interval.size <= offsets[other] { break }
        let end = offsets[other] + intervals[other].size
        offset = max(offset, (end + alignment - 1) / alignment * alignment)
      }
      offsets[index] = offset
      size = max(size, offset + interval.size)
      placed.insert(index, at: placed.firstIndex { offsets[$0] > offset } ?? placed.count)
    }
    self.offsets = offsets
    self.size = size
  }

  /// The most elements that live at the same time, and the first step at which they do: no arena can be smaller.
  public static func peak(_ intervals: [Interval]) -> (size: Int, step: Int) {
    var changes: [Int: Int] = [:]
    for interval in intervals {
      changes[interval.first, default: 0] += interval.size
      changes[interval.last + 1, default: 0] -= interval.size
    }
    var (live, most) = (0, (size: 0, step: 0))
    for step in changes.keys.sorted() {
      live += changes[step] ?? 0
      if live > most.size { most = (live, step) }
    }
    return most
  }
}

extension Arena.Interval {
  fileprivate func overlaps(_ other: Arena.Interval) -> Bool { first <= other.last && other.first <= last }
}
