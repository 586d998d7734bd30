import Commands
import Foundation
import Kernels
import Testing
import TiledKernels
import Workloads

/// Commands called in this process: no executable, kernels as the caller likes.
@Suite struct ApplicationTests {
  private static func run(_ words: [String], kernels: [any Kernel] = tiledKernels) throws
    -> Commands.ExitStatus
  {
    try Application(version: "0", tiled: Catalogue(kernels)).run(words)
  }

  @Test func costIsWritten() throws {
    let scratch = try Scratch()
    let words = ["cost", "relu@1x2x3x4", "--quiet", "--output", scratch.file("a.csv")]
    #expect(try Self.run(words) == .fine)
    let lines = try #require(scratch.text("a.csv")).split(separator: "\n")
    #expect(lines.count == 3 && lines[0].hasPrefix("name,stage,operator,"))
    #expect(lines[2].hasPrefix("relu@1x2x3x4,total,relu,1x2x3x4,0,0,24,192,"))
  }

  /// The kernels are those that the caller brings.
  @Test func kernelsAreInjected() throws {
    #expect {
      try Self.run(["verify", "relu@1x2x3x4", "--kernels", "tiled/fused"], kernels: [])
    } throws: {
      "\($0)" == "--kernels: no such kernel as 'tiled/fused'; known: reference tiled all rivals"
    }
  }

  @Test(arguments: [
    ["cost"], ["cots"], [], ["cost", "relu@1x2x3x4", "--formt", "csv"], ["machine", "x"],
    ["run", "relu@1x1x1x1", "--output", "/no/where/a.csv"],
  ])
  func mistakesAreUsageErrors(words: [String]) {
    #expect(throws: UsageError.self) { try Self.run(words) }
  }
}
