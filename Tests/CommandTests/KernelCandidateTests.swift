import Records
import Testing

/// `list kernels TARGET` and `run --explain`: which kernels could compute a workload, and which one is taken.
@Suite struct KernelCandidateTests {
  private static func rows(_ target: String) throws -> [[String]] {
    let result = try Tool.run("list", "kernels", target, "--isa", "baseline", "--format", "csv")
    #expect(result.status == 0 && result.error.isEmpty, "\(result.error)")
    let rows = try CSV.rows(result.output)
    #expect(
      rows[0] == [
        "workload", "isa", "part", "operator", "input_shape", "fused", "kernel", "takes", "gives",
        "estimated_cycles", "chosen", "detail",
      ])
    return Array(rows.dropFirst())
  }

  /// The fastest comes first and is the choice, as `run` makes it.
  @Test(arguments: ["conv:out=16,k=3,p=1@1x8x9x9", "conv:out=8@4x3x1x1", "cbam:r=2@1x8x5x5", "relu@1x1"])
  func theLeastEstimateIsTaken(target: String) throws {
    let rows = try Self.rows(target)
    let cycles = rows.compactMap { Int($0[9]) }
    #expect(cycles.count == rows.count && cycles == cycles.sorted())
    #expect(rows.map { $0[10] } == ["yes"] + rows.dropFirst().map { _ in "" })
    let run = try Tool.run(
      "run", target, "--kernels", "tiled", "--isa", "baseline", "--threads", "1", "--rounds", "1", "--format",
      "csv")
    #expect(try CSV.records(run.output).map(\.kernel) == [rows[0][6]])
  }

  /// A composite without a kernel of its own has a choice for each part, with what is fused into it.
  @Test func partsHaveChoicesOfTheirOwn() throws {
    let rows = try Self.rows("bottleneck:width=8,attention=se,r=2@1x32x6x6")
    #expect(rows[0][2].isEmpty && rows[0][6] == "tiled/layers")
    let chosen = rows.dropFirst().filter { $0[10] == "yes" }
    #expect(chosen.map { $0[2] } == ["conv1", "conv2", "conv3", "attention"])
    #expect(chosen.map { $0[5] } == ["bn1 relu1", "bn2 relu2", "bn3", "add relu"])
  }

  @Test func resultsStayApartFromExplanations() throws {
    let result = try Tool.run(
      "run", "relu@1x4x4x4", "--explain", "--threads", "1", "--rounds", "1", "--format", "csv")
    #expect(result.status == 0)
    #expect(try CSV.records(result.output).count == 2)
    #expect(result.error.contains("cycles") && result.error.contains("tiled/elementwise"))
  }

  @Test(arguments: [
    ("list kernels foo", "'foo' is not a file"), ("list kernels conv:out=4", "without a shape"),
    ("list --isa avx2", "--isa has no effect on names"),
    ("list suites --format csv", "--format has no effect"),
    ("list kernels relu@1x1 --columns cycles", "estimated_cycles"),
    ("list kernels suites", "'suites' is not"),
  ])
  func refusals(line: String, part: String) throws {
    try BadInputTests.expectRefusal(line.split(separator: " ").map(String.init), part)
  }
}
