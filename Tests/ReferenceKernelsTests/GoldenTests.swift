import Foundation
import Kernels
import Models
import Operators
import ReferenceKernels
import Tensors
import Testing

struct Golden: Decodable {
  let workload: String
  let input: [Double]
  let weights: [String: [Double]]
  let output: [Double]
}

/// The oracle against PyTorch in double precision; `Goldens/make_goldens.py` made the files.
@Test func oracleAgreesWithPyTorch() throws {
  let folder = Bundle.module.bundleURL.appendingPathComponent("Goldens")
  var total = 0
  for file in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  where file.hasSuffix("json") {
    let list = try JSONDecoder().decode(
      [Golden].self, from: Data(contentsOf: folder.appendingPathComponent(file)))
    for golden in list {
      total += 1
      let sides = golden.workload.split(separator: "@")
      let op = try Modules.parse(sides[0])
      let shape = try Shape(text: sides[1])
      let declared = try op.weights([shape])
      #expect(Set(declared.map(\.name)) == Set(golden.weights.keys), "\(golden.workload)")
      #expect(op.text == sides[0])
      var tensors: [String: Tensor<Float>] = [:]
      for weight in declared {
        let tensor = try Tensor<Float>(weight.shape)
        let values = try #require(golden.weights[weight.name])
        #expect(values.allSatisfy { Double(Float($0)) == $0 })
        tensor.assign(values.map { Float($0) })
        tensors[weight.name] = tensor
      }
      let input = try Tensor<Float>(shape)
      input.assign(golden.input.map { Float($0) })
      let oracle = try Oracle(op, [input], weights: Weights(tensors))
      #expect(oracle.shape.count == golden.output.count, "\(golden.workload)")
      var error = 0.0
      for i in golden.output.indices where i < oracle.shape.count {
        error = max(error, abs(oracle.value(i) - golden.output[i]))
      }
      #expect(error < 1e-11, "\(golden.workload)")
    }
  }
  #expect(total >= 79)
}
