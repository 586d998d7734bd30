import Records
import Testing

/// `cost` of whole networks: what a reader sees, and what it refuses.
@Suite struct NetworkCostTests {
  private static func table(_ arguments: String...) throws -> String {
    let result = try Tool.run(["cost"] + arguments)
    #expect(result.status == 0 && result.error.isEmpty, "\(result.error)")
    return result.output
  }

  @Test func cbamResNet50AsThePaperCountsIt() throws {
    let text = try Self.table("resnet50+cbam", "--style", "caffe", "--convention", "paper")
    #expect(text.contains("counted by convention paper: 3.864 G (3,864,362,102), 28.09 M parameters"))
    #expect(text.contains("16 x (1x1 reduction, 3x3, 1x1 expansion): "))
    #expect(text.contains("peak activation memory: 9.65 MB"))
    for word in [
      "layer1", "3 bottleneck", "head", "of which attention", "26,576 filters of 13,385,952 kernels",
    ] {
      #expect(text.contains(word), "\(word)")
    }
    #expect(!text.contains("layer1.0.conv1 "))
  }

  @Test func resNet152IsReadable() throws {
    let grouped = try Self.table("resnet152")
    #expect(grouped.split(separator: "\n").count < 20)
    let layers = try Self.table("resnet152", "--layers")
    #expect(layers.contains("layer3.35.conv3") && layers.split(separator: "\n").count > 500)
  }

  @Test func totalsAreSumsOfLayers() throws {
    let rows = try CostTests.rows("googlenet+cbam/8", "--size", "96x128", "--convention", "thop")
    let total = try #require(rows.last)
    #expect(
      total["stage"] == "total" && total["operator"] == "googlenet+cbam" && total["convention"] == "thop")
    for column in [
      "parameters", "macs", "flops", "filters", "kernels", "weight_bytes", "activation_bytes", "counted",
    ] {
      let sum = rows.dropLast().reduce(0) { $0 + (Int($1[column] ?? "") ?? 0) }
      #expect(total[column] == String(sum), "\(column)")
    }
    #expect(rows.dropLast().allSatisfy { $0["peak_activation_bytes"] == "" })
    #expect(total["name"] == "googlenet+cbam:r=8,k=7,order=channel-first,pool=both@1x3x96x128")
  }

  @Test func comparisonShowsDifferences() throws {
    let text = try Self.table("resnet50", "--compare", "none,se,cbam/8", "--style", "caffe", "--wide")
    let lines = text.split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines[3].contains("28,088,024  +2,530,992") && lines[3].contains("+2,514,944"))
    let rows = try CostTests.rows("resnet50", "--compare", "none,se", "--style", "caffe")
    #expect(rows.filter { $0["stage"] == "total" }.map { $0["macs"] } == ["3857973248", "3860488192"])
  }

  @Test func reductionsOfANetwork() throws {
    let totals = try CostTests.rows("resnet50+se", "--reduction", "4,16").filter { $0["stage"] == "total" }
    #expect(totals.map { $0["operator"] } == ["resnet50", "resnet50+se", "resnet50+se"])
    #expect(totals.map { $0["parameters"] } == ["25557032", "35635688", "28088024"])
  }

  @Test(arguments: [
    (["resnet51"], "'resnet51' is not a file, a suite or a workload; did you mean 'resnet50'?"),
    (["resnet50+cbm"], "resnet50+cbm: 'cbm' is not an attention module; did you mean 'cbam'?"),
    (
      ["resnet50+cbam/300"],
      "layer1.0: attention: reduction r=300 in cbam leaves no hidden unit of 256 channels"
    ),
    (["vgg16", "--size", "31x31"], "stage5.pool: the window 2 is larger than the padded image of 1x512x1x1"),
    (["resnet50@99999999999x3x224x224"], "has more than 2^40 elements"),
    (["resnet50@4294967296x3x8x2"], " is too large"),
    (["resnet50", "--reduction", "8"], "--reduction has no effect on resnet50; it has no attention"),
    (
      ["resnet50", "--compare", "none,sse"],
      "--compare none,sse: 'sse' is not an attention module; did you mean 'se'?"
    ),
    (["cbam@1x64x8x8", "--compare", "none"], "is not a network; --compare is for networks"),
    (["resnet50", "--channels", "64"], "--channels has no effect on a network"),
    (["resnet50@1x3x64x64", "--size", "64x64"], "--size has no effect on resnet50@1x3x64x64"),
    (
      ["resnet50", "--convention", "fvcor"],
      "--convention fvcor: expected one of: paper full fvcore ptflops thop"
    ),
    (["resnet50", "--style", "torch"], "--style torch: expected one of: pytorch caffe"),
    (["cbam@1x64x8x8", "--style", "caffe"], "--style caffe has no effect without a network"),
    (
      ["smoke", "--size", "5x5"],
      "--size has no effect on suite smoke, whose workloads have shapes of their own"
    ),
    (
      ["resnet50+se", "--compare", "none,cbam"],
      "--compare none,cbam replaces the attention of resnet50+se:r=16"
    ),
    (["cbam@1x64x8x8", "--layers"], "--layers has no effect without a network"),
    (["resnet18", "--layers", "--format", "csv"], "--layers has no effect on csv and json"),
    (["cbam/8"], "a module's reduction ratio is written cbam:r=8@1x64x56x56"),
  ])
  func refusals(arguments: [String], part: String) throws {
    let result = try Tool.run(["cost"] + arguments)
    #expect(result.status == 2 && result.output.isEmpty)
    #expect(result.error.contains(part) && result.error.split(separator: "\n").count == 1, "\(result.error)")
  }

  @Test func networksAreListed() throws {
    let names = try Tool.run(["list", "networks"]).output.split(separator: "\n")
    #expect(
      names.contains("resnet50") && names.contains("wide-resnet18-1.5") && names.contains("mobilenet-0.7"))
  }
}
