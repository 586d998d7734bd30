import Foundation
import Testing

/// The scripts of `cbambench completion`, run by the shells that they are for.
@Suite struct CompletionTests {
  /// What bash offers for the last word.
  private func offers(_ words: String...) throws -> [String] {
    let script = try Tool.run("completion", "bash").output
    let list = words.map { "'\($0)'" }.joined(separator: " ")
    let lines =
      script + """
        COMP_WORDS=(cbambench \(list)); COMP_CWORD=\(words.count)
        _cbambench
        printf '%s\\n' "${COMPREPLY[@]}"

        """
    return try shell("/bin/bash", lines).split(separator: "\n").map(String.init)
  }

  private func shell(_ path: String, _ script: String, _ options: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = options + ["-c", script]
    let (output, error) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, error)
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let trouble = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0 && trouble.isEmpty, "\(trouble)")
    return text
  }

  /// Would catch: a command or option that is missing, one of another command, values that are offered as options.
  @Test func bashOffersWhatFits() throws {
    #expect(try offers("ver") == ["verify"])
    #expect(try offers("run", "--ca") == ["--cache", "--case-limit"])
    #expect(try offers("run", "--isa", "") == ["baseline", "avx2", "avx512", "best"])
    #expect(try offers("run", "--cache", "w") == ["weights-cold"])
    #expect(try offers("run", "--seed", "") == [])
    #expect(try offers("run", "--data", "den") == ["dense", "denormal"].filter { $0.hasPrefix("den") })
    #expect(try offers("gate", "--isa") == [], "gate has no such option")
    #expect(try offers("cost", "resnet1").contains("resnet18"))
    #expect(try offers("run", "channelp") == ["channelpool", "channelpool@1x64x28x28"])
    #expect(try offers("compare", "x", "--thr") == ["--threads"])
  }

  /// Every option of every command, as the help names them.
  @Test(arguments: HelpTests.commands)
  func bashKnowsEveryOption(command: String) throws {
    let help = try Tool.run(command, "--help").output.split(separator: "\n")
    let options = help.filter { $0.hasPrefix("  --") }.map { String($0.split(separator: " ")[0]) }
    #expect(options.contains("--help"))
    #expect(try Set(offers(command, "--")) == Set(options))
  }

  @Test func zshReadsItsScript() throws {
    let script = try Tool.run("completion", "zsh").output
    #expect(script.hasPrefix("#compdef cbambench\n") && script.contains("'--isa[instruction set"))
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/zsh") else { return }
    _ = try shell("/usr/bin/zsh", script, "-n")
  }

  @Test(arguments: [[], ["fish"], ["bash", "zsh"]])
  func otherShellsAreRefused(words: [String]) throws {
    let result = try Tool.run(["completion"] + words)
    #expect(result.status == 2 && result.output.isEmpty && result.error.contains("bash zsh"))
  }
}
