import PlainText
import Workloads

/// How an engine is started: the words of a command line, without a shell.
public struct EngineCommand: Sendable, Equatable {
  /// As the user wrote it.
  public let text: String
  /// Executable and arguments.
  public let words: [String]

  /// Takes a command line apart as a shell does: spaces separate words, quotes of both kinds hold them together, a
  /// backslash takes the next character as it is. Nothing is expanded.
  public init(_ text: String) throws(UsageError) {
    self.text = text
    var (words, word): ([String], String?) = ([], nil)
    var quote: Character?
    var isEscaped = false
    for character in text {
      if isEscaped {
        word = (word ?? "") + String(character)
        isEscaped = false
      } else if character == "\\" && quote != "'" {
        isEscaped = true
      } else if character == quote {
        quote = nil
      } else if quote == nil && (character == "'" || character == "\"") {
        quote = character
        word = word ?? ""
      } else if quote == nil && character.isWhitespace {
        if let word { words.append(word) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    guard quote == nil, !isEscaped else {
      throw UsageError(
        "'\(text.shown)' ends within \(quote == nil ? "an escape" : "quotes"); expected a command")
    }
    if let word { words.append(word) }
    guard let first = words.first, !first.isEmpty else {
      throw UsageError("'\(text.shown)' names no program; expected a command")
    }
    self.words = words
  }
}
