import Measurement
import Records
import Testing

/// `run --pass training` of networks: whole steps.
@Suite struct TrainingStepTests {
  private static let step = [
    "run", "cifar-resnet20", "--pass", "training", "--batch", "2", "--kernels", "tiled",
  ]

  @Test func aStepIsItsPhases() throws {
    let records = try RunTests.records(Self.step + ["--rounds", "2", "--threads", "1,2"])
    #expect(records.count == 2)
    for record in records {
      #expect(record.status == "ok" && record.pass == "training")
      #expect(record.workloadText == "cifar-resnet20@2x3x32x32/training")
      #expect(record.inputShape == "2x3x32x32 2 of int64")
      let rate = try #require(record.imagesPerSecond)
      #expect(abs(rate * (record.medianMs ?? 0) - 2000) <= 1e-6 * 2000)
      let phases = [record.forwardMs, record.lossMs, record.backwardMs, record.updateMs, record.packingMs]
      #expect(phases.allSatisfy { ($0 ?? 0) > 0 })
      #expect((record.peakActivationBytes ?? 0) > 4 * 2 * 16 * 32 * 32)
      let losses = record.losses.split(separator: " ").compactMap { Double($0) }
      // The same images again: the loss falls.
      #expect(losses.count == 3 && (losses.first ?? 0) > (losses.last ?? .infinity))
    }
    #expect(records[0].losses == records[1].losses)
  }

  @Test func tablesShowPhases() throws {
    let result = try Tool.run(Self.step + ["--rounds", "1", "--threads", "1"])
    #expect(result.output.contains("images/s") && result.output.contains("packing"))
    let other = try Tool.run(["run", "relu@1x2x3x4", "--rounds", "1", "--threads", "1"])
    #expect(!other.output.contains("images/s"))
  }

  /// The step at which it happens, exit 2, and no file.
  @Test func aRateThatIsTooLargeIsAnError() throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      [
        "run", "cifar-resnet20@2x3x32x32/training:rate=1e+30", "--kernels", "tiled", "--threads", "1",
        "--output", "step.csv",
      ], in: scratch.path)
    #expect(result.status == 2 && result.output.isEmpty, "\(result.error)")
    let sentence = "cifar-resnet20@2x3x32x32/training:rate=1e+30: the loss is "
    #expect(result.error.contains(sentence) && result.error.contains(" at step "), "\(result.error)")
    #expect(scratch.text("step.csv") == nil && scratch.text("step.csv.partial") == nil)
  }

  @Test(arguments: [
    (["run", "resnet18", "--batch", "0"], "--batch"),
    (
      ["run", "resnet18", "--pass", "training:rate=x"],
      "--pass training:rate=x: rate=x in training must be a number"
    ),
    (["run", "resnet18", "--pass", "backward:rate=1"], "the pass backward has no keys"),
    (["run", "resnet18@1x3x32x32/training", "--kernels", "tiled"], "more than one value for each channel"),
  ])
  func mistakesAreNamed(arguments: [String], part: String) throws {
    let result = try Tool.run(arguments)
    #expect(result.status == 2 && result.error.contains(part), "\(result.error)")
  }
}
