import Kernels
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
    try GoldenFile.cases(File.self, in: "Goldens").map(Golden.init)
  }

  private init(_ file: File) throws {
    workload = file.workload
    output = file.output
    let (op, inputs) = try GoldenFile.parsed(workload)
    self.op = op
    input = try GoldenFile.tensor(inputs[0].shape, file.input, workload)
    weights = try GoldenFile.weights(file.weights, op, inputs, workload)
  }
}
