import Foundation
import Testing

/// The workflows of this repository: what its users are told to copy, and what a developer runs.
@Suite struct WorkflowTests {
  /// Services read workflows from one folder only and follow no links, so that there are two copies.
  @Test func thisRepositoryUsesTheWorkflowThatItOffers() throws {
    #expect(try House.text(".github/workflows/compare.yml") == House.text("Bench/CI/compare.yml"))
  }

  @Test func continuousIntegrationRunsWhatDevelopersRun() throws {
    #expect(try House.text(".github/workflows/ci.yml").contains("run: .ci/run\n"))
    let script = House.root.appendingPathComponent(".ci/run").path
    #expect(FileManager.default.isExecutableFile(atPath: script))
  }
}
