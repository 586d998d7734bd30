import Records
import Testing

/// `cost --pass training`: sums, and what PyTorch counts and keeps.
@Suite struct TrainingCostTests {
  private func rows(_ target: String) throws -> [[String: String]] {
    let result = try Tool.run("cost", target, "--pass", "training", "--format", "csv")
    #expect(result.status == 0 && result.error.isEmpty, "\(result.error)")
    let rows = try CSV.rows(result.output)
    let header = try #require(rows.first)
    return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
  }

  private func number(_ row: [String: String], _ column: String) throws -> Int {
    try #require(row[column].flatMap { Int($0) }, "\(column)")
  }

  /// Bytes that PyTorch 2.13 keeps for one image of 224×224, of which these are not kept here: an index of eight bytes for each
  /// of the first pool's 64×56×56 results, and what the loss keeps: 1000 log-probabilities, a label and a weight.
  @Test(arguments: [
    ("resnet18", 1_814_073_344, 3_510_132_736, 22_222_252),
    ("resnet50", 4_089_184_256, 8_060_354_560, 86_125_996),
  ])
  func networks(name: String, forward: Int, backward: Int, kept: Int) throws {
    let total = try #require(try rows(name).last)
    #expect(total["stage"] == "total")
    #expect(try number(total, "forward_macs") == forward)
    #expect(try number(total, "backward_data_macs") + number(total, "backward_weights_macs") == backward)
    #expect(try number(total, "kept_bytes") == kept - 8 * 64 * 56 * 56 - (4 * 1000 + 8 + 4))
    #expect(try number(total, "update_flops") == 6 * number(total, "parameters"))
  }

  @Test(arguments: ["cbam@2x32x14x14", "bottleneck:width=8,attention=se,r=4@2x32x9x9", "relu@1x2x3x4"])
  func totalsAreSums(target: String) throws {
    let rows = try rows(target)
    let total = try #require(rows.last)
    for column in [
      "parameters", "forward_flops", "backward_data_flops", "backward_weights_flops", "kept_bytes",
    ] {
      #expect(
        try rows.dropLast().reduce(0) { try $0 + number($1, column) } == number(total, column), "\(column)")
    }
  }

  /// Gradients of weights of grouped convolutions count once.
  @Test func torchsConvention() throws {
    let result = try Tool.run(
      "cost", "conv:out=128,k=3,p=1,g=32,bias=0@1x128x56x56", "--pass", "backward", "--convention", "torch",
      "--format", "json")
    #expect(result.output.contains("\"counted\": \(4 * 14_450_688)"), "\(result.output)")
  }

  @Test(arguments: [
    (["resnet18", "--pass", "training", "--layers"], "--layers has no effect in training"),
    (["cbam", "--pass", "training", "--channels", "64"], "--pass has no effect on modules"),
    (["resnet18", "--compare", "none,se", "--pass", "training"], "--pass has no effect in a comparison"),
    (["relu@1x2x3x4", "--pass", "backward-weights"], "relu has no weights for the pass backward-weights"),
    (
      ["resnet18@1x3x32x32", "--pass", "training"],
      "layer4.0: bn1: batchnorm in training takes more than one value"
    ),
    (["relu@1x2x3x4", "--pass", "sideways"], "expected one of: forward backward-data"),
  ])
  func mistakes(arguments: [String], part: String) throws {
    let result = try Tool.run(["cost"] + arguments)
    #expect(result.status == 2 && result.output.isEmpty && result.error.contains(part), "\(result.error)")
  }
}
