import Records
import Reporting
import Testing

@Suite struct NetworkEstimateTests {
  private func row(
    _ workload: String, _ multiplicity: Int?, _ median: Double?, request: String = "tiled",
    kernel: String? = nil, isa: String = "avx2", threads: Int? = 1, suite: String = "net-layers"
  ) -> Record {
    var record = Record()
    (record.suite, record.workload, record.workloadText) = (suite, workload, workload + "@1x1x1x1")
    (record.requestedKernel, record.kernel) = (request, kernel ?? request)
    (record.isa, record.threads, record.multiplicity, record.macs) = (isa, threads, multiplicity, 1000)
    record.medianMs = median
    record.status = (median == nil ? Record.Status.skipped : .ok).rawValue
    return record
  }

  /// Lines after the heading, words only.
  private func lines(_ records: [Record]) -> [String] {
    NetworkEstimate.text(records).split(separator: "\n").filter { $0.hasPrefix(" ") }
      .map { $0.split(separator: " ").joined(separator: " ") }
  }

  /// A sum that does not fit is said to be large, not left out.
  @Test func sumsThatDoNotFit() {
    var record = row("a", .max, 2)
    record.macs = .max
    #expect(
      lines([record, row("b", 2, 1)]).first?.contains("for 2^63 or more layers, 2^63 or more MACs") == true)
    #expect(Weighted.sum([(.max, 2)]) == nil && Weighted.sum([(.max, 1), (1, 1)]) == nil)
    #expect(Weighted.sum([(2, 3), (4, 5)]) == 26)
  }

  @Test func mediansAreSummedByMultiplicity() {
    let records = [
      row("a", 3, 100, request: "reference", isa: "baseline"), row("a", 3, 2), row("a", 3, 1.5, threads: 2),
      row("b", 1, 50, request: "reference", isa: "baseline"), row("b", 1, 0.5), row("b", 1, 0.25, threads: 2),
    ]
    #expect(
      lines(records) == [
        "reference baseline T = 1 350 ms for 4 layers, 4.00 k MACs",
        "tiled avx2 T = 1 6.50 ms for 4 layers, 4.00 k MACs",
        "tiled avx2 T = 2 4.75 ms for 4 layers, 4.00 k MACs",
      ])
    let text = NetworkEstimate.text(records)
    #expect(text.hasPrefix("\nnet-layers: ") && text.contains("measured alone, warm"))
    let markdown = NetworkEstimate.markdown(records)
    #expect(markdown.contains(":\n\n- reference ") && markdown.hasSuffix(" MACs\n"))
  }

  @Test func withoutMultiplicityThereIsNone() {
    #expect(NetworkEstimate.text([]).isEmpty)
    #expect(NetworkEstimate.text([row("a", 1, 1), row("b", nil, 1)]).isEmpty)
    let two = [row("a", 1, 1, suite: "other"), row("a", 2, 1), row("b", nil, 1)]
    #expect(NetworkEstimate.text(two).contains("net-layers:"))
    #expect(lines(two) == ["tiled avx2 T = 1 3.00 ms for 3 layers, 3.00 k MACs"])
  }

  /// A kernel that was refused has no thread count; one that was not tried has no row.
  @Test(arguments: [
    (nil, nil, "no estimate: missing b"), (1, nil, "no estimate: missing b"), (1, 1.0, "3.00 ms"),
  ])
  func whatIsMissingIsNamed(threads: Int?, median: Double?, part: String) {
    let found = lines([row("a", 2, 1), row("b", 1, median, threads: threads)])
    #expect(found.count == 1 && found[0].hasPrefix("tiled avx2 T = 1 \(part)"), "\(found)")
  }

  @Test func manyMissingAreCounted() {
    let refused = (1...9).map { row("l\($0)", 2, nil, threads: nil) }
    #expect(lines(refused) == ["tiled avx2 no estimate: missing l1, l2, l3, l4, l5, l6 and 3 more"])
    #expect(lines([row("a", 2, 1)] + refused).allSatisfy { $0.contains("and 3 more") })
    #expect(
      lines([row("a", 2, 1), row("b", 1, 1, threads: 2)]).map { $0.suffix(9) } == ["missing b", "missing a"])
  }

  /// Of all variants the fastest of each layer; the reference is a series of its own.
  @Test func theFastestVariantCounts() {
    let records = [
      row("a", 2, 9, request: "all", kernel: "reference", isa: "baseline"),
      row("a", 2, 3, request: "all", kernel: "tiled/x", isa: "baseline"),
      row("a", 2, 2, request: "all", kernel: "tiled/y", isa: "baseline"),
    ]
    #expect(
      lines(records) == [
        "reference baseline T = 1 18.0 ms for 2 layers, 2.00 k MACs",
        "all, the fastest baseline T = 1 4.00 ms for 2 layers, 2.00 k MACs",
      ])
  }

  /// A kernel that two requests choose has one row, under the first.
  @Test func aRowAnswersTheRequestThatNamesIt() {
    let records = [
      row("a", 2, 1, kernel: "tiled/x"), row("b", 1, 5, kernel: "tiled/y"),
      row("b", 1, 7, request: "tiled/x"),
    ]
    #expect(
      lines(records) == [
        "tiled avx2 T = 1 7.00 ms for 3 layers, 3.00 k MACs",
        "tiled/x avx2 T = 1 9.00 ms for 3 layers, 3.00 k MACs",
      ])
  }

  @Test func sumsThatDoNotFitAreNone() {
    #expect(Weighted.sum([(3, 4), (1, 5)]) == 17 && Weighted.sum([]) == 0)
    #expect(Weighted.sum([(.max, 2)]) == nil && Weighted.sum([(1, .max), (1, 1)]) == nil)
  }
}
