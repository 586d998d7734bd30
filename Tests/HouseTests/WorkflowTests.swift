import Foundation
import Testing

/// The workflows of this repository: what its users are told to copy, and what a developer runs.
@Suite struct WorkflowTests {
  private static func text(_ path: String) throws -> String {
    try String(contentsOf: FloorTests.root.appendingPathComponent(path), encoding: .utf8)
  }

  /// Services read workflows from one folder only and follow no links, so that there are two copies.
  @Test func thisRepositoryUsesTheWorkflowThatItOffers() throws {
    #expect(try Self.text(".github/workflows/compare.yml") == Self.text("Bench/CI/compare.yml"))
  }

  @Test func continuousIntegrationRunsWhatDevelopersRun() throws {
    #expect(try Self.text(".github/workflows/ci.yml").contains("run: .ci/run\n"))
    let script = FloorTests.root.appendingPathComponent(".ci/run").path
    #expect(FileManager.default.isExecutableFile(atPath: script))
  }
}
