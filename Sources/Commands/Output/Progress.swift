import Measurement

/// Progress with the time that is left, extrapolated from what is done.
enum Progress {
  /// - Parameter before: how many of `done` were there at the beginning.
  static func line(
    _ done: Int, _ total: Int, _ name: String, before: Int = 0, since begin: Seconds
  ) -> String {
    let spent = Clock.now() - begin
    let left =
      done == before
      ? "" : ", about \(Int(spent.value / Double(done - before) * Double(total - done) + 0.5)) s left"
    return "[\(done + 1)/\(total)\(left)] \(name)"
  }
}
