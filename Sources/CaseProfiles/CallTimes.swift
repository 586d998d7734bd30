/// Durations of calls that followed each other. Where they are many, every second one is dropped, again and again: memory does not
/// grow with time, and what is kept stays evenly spread.
struct CallTimes {
  /// Even; a median of so many is as good as one of all.
  static let most = 1 << 16
  private(set) var kept: [Double] = []
  /// Of all calls.
  private(set) var count = 0
  private var spacing = 1

  mutating func append(_ time: Double) {
    if count % spacing == 0 {
      if kept.count == CallTimes.most {
        kept = stride(from: 0, to: kept.count, by: 2).map { kept[$0] }
        spacing *= 2
      }
      kept.append(time)
    }
    count += 1
  }
}
