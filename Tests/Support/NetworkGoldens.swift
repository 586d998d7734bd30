import Foundation
import Models
import Operators
import Tensors

/// What other tools and papers say of whole networks; `Goldens/Networks/make_network_goldens.py` and
/// `make_network_outputs.py` beside it make the files.
public enum NetworkGoldens {
  /// A row of CBAM's table 4, numbers as they are printed there.
  public struct Printed: Decodable, Sendable {
    public let network: String
    public let attention: String
    public let parameters: String
    public let gflops: String
  }

  /// A published model of torchvision.
  public struct Published: Decodable, Sendable {
    public struct MACs: Decodable, Sendable {
      public let conv: Int
      public let dense: Int
    }

    public let network: String
    public let classes: Int
    public let input: [Int]
    public let parameters: Int
    public let buffers: Int
    public let macs: MACs
  }

  /// Totals that other tools print.
  public struct Counted: Decodable, Sendable {
    public let network: String
    public let attention: String
    public let placement: String
    public let input: [Int]
    public let parameters: Int
    public let fvcore: Int
    public let ptflops: Int
    public let thop: Int
  }

  /// What PyTorch computes in double precision from the input and weights of `FormulaTensors`.
  public struct Output: Decodable, Sendable, CustomStringConvertible {
    public let workload: String
    public let output: [Double]

    /// The network and the shape of its input.
    public func parsed() throws -> (network: any Operator, input: Shape) {
      let sides = workload.split(separator: "@")
      return (try Modules.parse(sides[0]), try Shape(text: sides[1]))
    }

    public var description: String { workload }
  }

  private struct Rows<T: Decodable>: Decodable { let rows: [T] }
  private struct Networks<T: Decodable>: Decodable { let networks: [T] }

  public static func table4() throws -> [Printed] {
    try read(Rows<Printed>.self, "cbam-paper-table4").rows
  }

  public static func published() throws -> [Published] {
    try read(Networks<Published>.self, "network-parameters").networks
  }

  public static func counted() throws -> [Counted] {
    try read(Networks<Counted>.self, "network-conventions").networks
  }

  public static func outputs() throws -> [Output] {
    try read(Networks<Output>.self, "network-outputs").networks
  }

  private static func read<T: Decodable>(_ type: T.Type, _ name: String) throws -> T {
    let file = Bundle.module.bundleURL.appendingPathComponent("Goldens/Networks/\(name).json")
    return try JSONDecoder().decode(type, from: Data(contentsOf: file))
  }

  /// A network's name here: `resnext50_32x4d` is `resnext50-32x4d`, `wide_resnet50_2` is `wide-resnet50-2.0`.
  public static func name(_ network: String) -> String {
    if network.hasPrefix("mobilenet_v2") {
      return "mobilenetv2-" + (network.split(separator: "_").dropFirst(2).first ?? "1.0")
    }
    let own = [
      "mobilenet_v1": "mobilenet-1.0", "wide_resnet50_2": "wide-resnet50-2.0",
      "wide_resnet101_2": "wide-resnet101-2.0",
    ]
    return own[network] ?? network.replacing("_", with: "-")
  }
}
