/// How functions of the team are called in a sampled stack, for whoever reads one: mangled, as the symbol table has them.
///
/// They are stated here because only this target knows when it renames one; a profile that finds none of them counts the team's
/// work as the kernel's. The functions that mark worker and stage are C and have names of their own.
public enum TeamFrames {
  private static let module = "7Kernels"
  private static let waiting = ["awaitEnd", "awaitWork", "park"].map { "\($0.utf8.count)\($0)" }

  /// Whether a function waits for other workers.
  public static func isWaiting(_ symbol: String) -> Bool {
    symbol.contains(module) && waiting.contains { symbol.contains($0) }
  }

  /// Whether a function is the team's own: publishing regions, claiming chunks.
  public static func isTeam(_ symbol: String) -> Bool {
    symbol.contains(module + "4TeamC3run") || symbol.contains(module + "6Worker")
  }

  /// Whether a function stands between a mark and the work that it marks.
  public static func isMark(_ symbol: String) -> Bool { symbol.contains(module + "4MarkO") }
}
