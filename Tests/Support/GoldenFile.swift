import Foundation
import Kernels
import Models
import Operators
import Tensors

/// What files of goldens have in common: lists of cases with a workload text and flat arrays by name.
enum GoldenFile {
  /// The cases of all files of a folder, by the names of the files.
  static func cases<Case: Decodable>(_ type: Case.Type, in folder: String) throws -> [Case] {
    let folder = Bundle.module.bundleURL.appendingPathComponent(folder)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try files.filter { $0.hasSuffix("json") }.flatMap { file in
      try decoder.decode([Case].self, from: Data(contentsOf: folder.appendingPathComponent(file)))
    }
  }

  /// The operator and the types of all its inputs.
  /// - Throws: if the text is not as this package writes it.
  static func parsed(_ workload: String) throws -> (op: any Operator, inputs: [TensorType]) {
    let sides = workload.split(separator: "@")
    let op = try Modules.parse(sides[0])
    guard op.text == sides[0] else { throw OperatorError("\(workload) is \(op.text) here") }
    let shapes = try sides[1].split(separator: ",").map { try Shape(text: $0) }
    return (op, try op.inputs(for: shapes))
  }

  /// - Throws: if the names are not those of the operator's weights.
  static func weights(
    _ values: [String: [Double]], _ op: any Operator, _ inputs: [TensorType], _ workload: String
  ) throws -> Weights<Float> {
    let declared = try op.weights(inputs)
    guard Set(declared.map(\.name)) == Set(values.keys) else {
      throw OperatorError("\(workload) has weights \(declared.map(\.name)) here, not \(values.keys.sorted())")
    }
    var tensors: [String: Tensor<Float>] = [:]
    for weight in declared {
      tensors[weight.name] = try tensor(weight.shape, values[weight.name] ?? [], workload)
    }
    return Weights(tensors)
  }

  /// - Throws: if the values are too few, too many or not exact in `Float`.
  static func tensor(_ shape: Shape, _ values: [Double], _ workload: String) throws -> Tensor<Float> {
    guard values.count == shape.count, values.allSatisfy({ $0.isNaN || Double(Float($0)) == $0 }) else {
      throw OperatorError("\(workload): \(values.count) values for \(shape), or some that are no floats")
    }
    let tensor = try Tensor<Float>(shape)
    tensor.assign(values.map { Float($0) })
    return tensor
  }
}
