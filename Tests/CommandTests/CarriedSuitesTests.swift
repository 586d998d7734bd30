import Foundation
import Testing

/// The executable alone, away from its checkout.
@Suite struct CarriedSuitesTests {
  private static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Every suite of the repository travels along; a resource bundle, or a list that nobody extends, would lack one.
  @Test func theExecutableCarriesAllSuites() throws {
    let scratch = try Scratch()
    let tool = try scratch.executable("cbambench", copying: Tool.path)
    func output(_ words: [String]) throws -> Tool.Result {
      try Tool.run(words, in: scratch.path, executable: tool)
    }

    let folder = CarriedSuitesTests.repository.appendingPathComponent("Bench/Suites").path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".suite") }
    let listed = try output(["list", "suites"])
    #expect(listed.status == 0 && listed.output == files.map { $0.dropLast(6) + "\n" }.sorted().joined())
    for name in files.map({ String($0.dropLast(6)) }) {
      let carried = try output(["cost", name, "--format", "csv"])
      let here = try Tool.run(["cost", name, "--format", "csv"])
      #expect(carried.status == 0 && carried.output == here.output, "\(name)")
    }
    let run = try output(["run", "smoke", "--filter", "SE", "--rounds", "1"])
    #expect(run.status == 0, "\(run.error)")
    let verify = try output(["verify", "--filter", "^channelpool@", "--threads", "1"])
    #expect(verify.status == 0 && verify.output.contains("channelpool@"), "\(verify.error)")
    let slip = try output(["cost", "smok"])
    #expect(slip.error.contains("did you mean 'smoke'?"))
  }

  @Test func filesNearTheWorkingDirectoryWin() throws {
    let scratch = try Scratch()
    try scratch.folder("Bench/Suites")
    try scratch.write("Bench/Suites/smoke.suite", "mine = relu@1x2x3x4\n".utf8)
    let result = try Tool.run(["cost", "smoke", "--format", "csv"], in: scratch.path)
    #expect(
      result.status == 0 && result.output.contains("\nmine,total,relu"), "\(result.output)\(result.error)")
  }
}
