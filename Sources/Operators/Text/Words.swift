import PlainText

/// Words that users meant.
public enum Words {
  /// The candidate that is a typing slip away (distance at most a third of the length, at least one) or that begins with
  /// the word.
  public static func nearest(_ word: String, among candidates: some Sequence<String>) -> String? {
    // Nothing that is named here is so long.
    guard word.utf8.count <= 100 else { return nil }
    let ranked = candidates.map { candidate in
      (word.count > 3 && candidate.hasPrefix(word) ? 1 : distance(word, candidate), candidate)
    }.min { $0.0 < $1.0 }
    guard let (distance, best) = ranked, distance <= max(1, max(word.count, best.count) / 3) else {
      return nil
    }
    return best
  }

  /// Letters added, left out, replaced or swapped with their neighbour (optimal string alignment).
  static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a), Array(b))
    var (before, row) = ([Int](), Array(0...b.count))
    for i in a.indices {
      var next = [i + 1]
      for j in b.indices {
        var least = min(row[j] + (a[i] == b[j] ? 0 : 1), row[j + 1] + 1, next[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, before[j - 1] + 1) }
        next.append(least)
      }
      (before, row) = (row, next)
    }
    return row[b.count]
  }

  static func number(_ minimum: Int) -> String { minimum == 0 ? "NUMBER (0 or more)" : "NUMBER" }
}
