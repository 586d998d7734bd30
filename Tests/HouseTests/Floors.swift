import Testing

/// The floors: the table in `docs/architecture.md`, where alone they are written.
enum Floors {
  /// The floor of each target.
  static let read = Result { () throws -> [String: Int] in
    let section = try House.text("docs/architecture.md").split(separator: "\n## ").first {
      $0.hasPrefix("Floors\n")
    }
    var floors: [String: Int] = [:]
    for row in try #require(section).matches(of: /\n\| (\d+|–) \| ([^|]+) \|/) {
      for name in row.2.matches(of: /`(\w+)`/) {
        // The dash: below all floors.
        #expect(floors.updateValue(Int(row.1) ?? -1, forKey: String(name.1)) == nil, "\(name.1) twice")
      }
    }
    return floors
  }
}
