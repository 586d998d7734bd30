import Foundation
import Kernels
import Models
import Operators
import Tensors

/// A result computed by PyTorch in double precision; `Goldens/make_goldens.py` makes the files.
public struct Golden {
  public let workload: String
  public let op: any Operator
  public let input: Tensor<Float>
  public let weights: Weights<Float>
  public let output: [Double]

  private struct File: Decodable {
    let workload: String
    let input: [Double]
    let weights: [String: [Double]]
    let output: [Double]
  }

  /// - Throws: what is wrong with a file, in a sentence.
  public static func all() throws -> [Golden] {
    let folder = Bundle.module.bundleURL.appendingPathComponent("Goldens")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    return try files.filter { $0.hasSuffix("json") }.flatMap { file in
      try JSONDecoder().decode([File].self, from: Data(contentsOf: folder.appendingPathComponent(file)))
        .map(Golden.init)
    }
  }

  private init(_ file: File) throws {
    workload = file.workload
    output = file.output
    let sides = file.workload.split(separator: "@")
    op = try Modules.parse(sides[0])
    let shape = try Shape(text: sides[1])
    input = try Golden.tensor(shape, file.input, file.workload)
    let declared = try op.weights([shape])
    guard op.text == sides[0], Set(declared.map(\.name)) == Set(file.weights.keys) else {
      throw OperatorError("\(file.workload) is \(op.text) with weights \(declared.map(\.name)) here")
    }
    var tensors: [String: Tensor<Float>] = [:]
    for weight in declared {
      tensors[weight.name] = try Golden.tensor(weight.shape, file.weights[weight.name] ?? [], file.workload)
    }
    weights = Weights(tensors)
  }

  private static func tensor(_ shape: Shape, _ values: [Double], _ workload: String) throws -> Tensor<Float> {
    guard values.count == shape.count, values.allSatisfy({ Double(Float($0)) == $0 }) else {
      throw OperatorError("\(workload): \(values.count) values for \(shape), or some that are no floats")
    }
    let tensor = try Tensor<Float>(shape)
    tensor.assign(values.map { Float($0) })
    return tensor
  }
}
