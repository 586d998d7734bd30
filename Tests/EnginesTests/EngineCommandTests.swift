import Engines
import Testing
import Workloads

/// Command lines taken apart without a shell.
@Suite struct EngineCommandTests {
  @Test(
    arguments: [
      ("a b", ["a", "b"]), ("  a\t b ", ["a", "b"]), ("'a b' c", ["a b", "c"]), ("a\"b c\"d", ["ab cd"]),
      ("a ''", ["a", ""]), ("a\\ b", ["a b"]), ("'a\\b'", ["a\\b"]), ("\"a'b\"", ["a'b"]),
      ("$HOME *", ["$HOME", "*"]),
    ])
  func wordsAreThoseOfAShell(text: String, words: [String]) throws {
    #expect(try EngineCommand(text).words == words)
  }

  @Test(arguments: ["", "  ", "''", "'a", "\"a", "a\\"])
  func othersAreNone(text: String) { #expect(throws: UsageError.self) { try EngineCommand(text) } }
}
