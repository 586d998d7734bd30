import ReferenceKernels
import Support
import Testing

/// Whole networks in the oracle against PyTorch in double precision: their wiring, not only their sizes.
@Suite struct NetworkGoldenTests {
  @Test(arguments: try NetworkGoldens.outputs())
  func agreesWithPyTorch(golden: NetworkGoldens.Output) throws {
    let (network, shape) = try golden.parsed()
    let weights = try FormulaTensors.weights(network, [shape])
    let oracle = try Oracle(network, [FormulaTensors.input(shape)], weights: weights)
    try #require(oracle.count == golden.output.count)
    for (i, expected) in golden.output.enumerated() {
      #expect(abs(oracle.value(i) - expected) <= oracle.doubleBound(i), "at \(i)")
    }
  }

  @Test func everyFamilyIsThere() throws {
    let names = try NetworkGoldens.outputs().map(\.workload)
    for family in [
      "vgg", "resnet", "wide-resnet", "resnext", "googlenet", "mobilenet-", "mobilenetv2-", "efficientnet",
      "cifar-resnet",
    ] {
      #expect(names.contains { $0.hasPrefix(family) }, "\(family)")
    }
  }
}
