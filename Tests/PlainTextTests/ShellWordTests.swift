import Foundation
import PlainText
import Testing

@Suite struct ShellWordTests {
  static let texts = [
    "", "a", "conv:out=4,k=3@1x8x8x8", "two words", "it's", "''", "'", "$HOME `id` \"x\" \\", "a;b|c&d>e",
    "*?[a]~#!",
    "tab\tand\nline", "Ω→",
  ]

  /// The judge is the shell itself.
  @Test func theShellReadsThemBack() throws {
    let words = Self.texts.flatMap { [$0.shellQuoted, $0.shellWord] }
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", "printf '%s\\0' \(words.joined(separator: " "))"]
    let pipe = Pipe()
    shell.standardOutput = pipe
    try shell.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    shell.waitUntilExit()
    let read = String(decoding: output, as: UTF8.self).split(
      separator: "\0", omittingEmptySubsequences: false)
    #expect(read.dropLast().map(String.init) == Self.texts.flatMap { [$0, $0] })
  }

  @Test func plainWordsStayAsTheyAre() {
    #expect("Reports/ci.csv".shellWord == "Reports/ci.csv")
    #expect("a b".shellWord == "'a b'" && "".shellWord == "''")
    #expect("a".shellQuoted == "'a'")
  }
}
