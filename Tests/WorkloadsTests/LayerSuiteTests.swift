import Foundation
import Models
import Operators
import Tensors
import Testing
import Workloads

/// The suites in `Bench/Suites`: all can be read, and those of layers add up to their networks.
@Suite struct LayerSuiteTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Bench/Suites").path

  private static let names: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()

  private static func suite(_ name: String) throws -> Suite {
    try SuiteLibrary.read("\(folder)/\(name).suite")
  }

  struct Network: Sendable, CustomTestStringConvertible {
    let name: String
    let macs: Int
    let parameters: Int
    let layers: [String: Int]
    var testDescription: String { name }
  }

  static let networks = [
    // 25,557,032 parameters of torchvision's model less one of the two per channel that batch norm has: 26,560 channels.
    Network(
      name: "resnet50", macs: 4_089_184_256, parameters: 25_557_032 - 26_560,
      layers: ["conv": 53, "pool": 1, "globalpool": 1, "dense": 1]),
    Network(
      name: "vgg16", macs: 15_470_264_320, parameters: 138_357_544,
      layers: ["conv": 13, "pool": 5, "dense": 3]),
    // 4,231,976 parameters, 10,944 channels under batch norm.
    Network(
      name: "mobilenet", macs: 568_740_352, parameters: 4_231_976 - 10_944,
      layers: ["conv": 27, "globalpool": 1, "dense": 1]),
  ]

  @Test(arguments: networks)
  func layersAddUpToTheNetwork(network: Network) throws {
    let workloads = try LayerSuiteTests.suite(network.name + "-layers").workloads
    #expect(workloads.reduce(0) { $0 + $1.multiplicity * $1.cost.macs } == network.macs)
    #expect(workloads.reduce(0) { $0 + $1.multiplicity * $1.cost.parameters } == network.parameters)
    let counts = Dictionary(grouping: workloads) { $0.op.keyword }
      .mapValues { $0.reduce(0) { $0 + $1.multiplicity } }
    #expect(counts == network.layers)
    #expect(Set(workloads.map(\.text)).count == workloads.count, "a layer that appears twice")
  }

  /// The layers that take time, as the network's own graph has them; biases and ReLUs are folded into those of the suite.
  @Test(arguments: networks)
  func layersAreTheNetworks(network: Network) throws {
    func key(_ op: any Operator, _ input: Shape) -> String? {
      switch op {
      case var conv as Conv2D:
        (conv.bias, conv.activation) = (false, .none)
        return "\(conv.text)@\(input)"
      case let dense as Dense: return "dense \(input.count / input.n)->\(dense.outputs)"
      case is Pool2D, is GlobalPool: return "\(op.text)@\(input)"
      default: return nil
      }
    }
    var listed: [String: Int] = [:]
    for workload in try LayerSuiteTests.suite(network.name + "-layers").workloads {
      if let key = key(workload.op, workload.inputs[0]) { listed[key, default: 0] += workload.multiplicity }
    }
    let name = network.name == "mobilenet" ? "mobilenet-1.0" : network.name
    let stages = try Modules.parse(name).stages([Shape(1, 3, 224, 224)])
    let expected = Dictionary(
      stages.compactMap { key($0.op, $0.inputs[0]) }.map { ($0, 1) }, uniquingKeysWith: +)
    #expect(listed == expected)
  }

  /// Every layer but the first takes what another one gives, flattened or not.
  @Test(arguments: networks)
  func layersFitTogether(network: Network) throws {
    let workloads = try LayerSuiteTests.suite(network.name + "-layers").workloads
    let given = Set(workloads.map { [$0.output.n, $0.output.count] })
    for workload in workloads where workload.shape.description != "1x3x224x224" {
      #expect(given.contains([workload.shape.n, workload.shape.count]), "\(workload.name)")
    }
  }

  @Test(arguments: names)
  func everySuiteIsRead(file: String) throws {
    let suite = try LayerSuiteTests.suite(String(file.dropLast(".suite".count)))
    #expect(!suite.workloads.isEmpty)
    #expect(suite.hasMultiplicities == suite.name.hasSuffix("-layers"))
    let text = try String(contentsOfFile: "\(LayerSuiteTests.folder)/\(file)", encoding: .utf8)
    #expect(text.hasPrefix("# "), "\(file) does not say what it stands for")
  }

  @Test func suitesOfEverythingAreThere() {
    let expected = ["attention", "pooling"] + LayerSuiteTests.networks.map { $0.name + "-layers" }
    #expect(Set(LayerSuiteTests.names).isSuperset(of: expected.map { $0 + ".suite" }))
  }
}
