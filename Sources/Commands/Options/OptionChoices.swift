extension Option {
  /// Words that its value may be; empty where it is free.
  var choices: [String] {
    guard let value, value.contains("|") || value.allSatisfy(\.isLowercase) else { return [] }
    return value.split(separator: "|").map(String.init).filter { word in
      word.contains(where: \.isLetter) && !word.contains(where: \.isUppercase)
    }
  }

  /// Whether its value names a file or a folder.
  var takesPath: Bool {
    value.map { $0.contains("FILE") || $0.contains("DIR") || $0.contains("OTHER") } ?? false
  }
}
