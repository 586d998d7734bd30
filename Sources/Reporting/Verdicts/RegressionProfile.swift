import PlainText

/// What a differential profile of a regressed case has become.
public struct RegressionProfile {
  /// The files that are there.
  public var flameGraph: String?
  /// The report beside the picture.
  public var report: String?
  /// What did not work.
  public var trouble: String?

  /// Nothing yet.
  public init() {}

  /// For a table.
  public var note: String {
    let file = flameGraph.map { "profile: \($0)" }
    return [file, trouble].compactMap { $0 }.joined(separator: "; ")
  }

  /// For a list in Markdown.
  /// - Parameter link: the address of a file.
  func markdown(_ link: (String) -> String) -> String {
    let files = [("flame graph", flameGraph), ("report", report)].compactMap { name, path in
      path.map { "[\(name)](\(link($0)))" }
    }
    return (files + [trouble].compactMap { $0.map { Markdown.escaped($0) } }).joined(separator: ", ")
  }
}
