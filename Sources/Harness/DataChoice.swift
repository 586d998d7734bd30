import Formats
import Foundation
import Glibc
import Kernels
import Operators
import PlainText
import Records
import Tensors
import Workloads

/// What the inputs and the weights of a measured call hold.
///
/// Only what is multiplied is chosen: biases and the arrays of a batch norm stay dense, as a variance of zero is no layer.
public struct DataChoice: Sendable, Equatable {
  /// Of all inputs.
  public var inputs = InputData.dense
  /// Never a file.
  public var weights = InputData.dense

  /// Dense inputs and weights.
  public init() {}

  var isDense: Bool { self == DataChoice() }

  /// As records have it: `denormal`, `dense weights=zeros`.
  public var text: String { DataText.text(inputs: inputs.text, weights: weights.text) }

  /// For a sentence.
  var words: String { "\(inputs.text) input" + (weights == .dense ? "" : " and \(weights.text) weights") }

  /// - Throws: `DataMismatch` if the workload does not take the shape of the file.
  func check(_ workload: Workload) throws(DataMismatch) {
    guard case .file(let path, let array) = inputs, array.shape != workload.inputs[0].shape else { return }
    throw DataMismatch(
      description: "\(path) holds \(array.shape); the input is \(workload.inputs[0])")
  }

  func fill(
    _ tensors: Weights<Float>, of list: [Weight], using generator: inout some RandomNumberGenerator
  ) throws(OperatorError) {
    guard weights != .dense else { return }
    for weight in list where weight.role == .weight {
      let tensor = try tensors[weight.name]
      switch weights {
      // As large as they were seeded.
      case .sparse(let share): tensor.thin(keeping: 1 - share, using: &generator)
      default: weights.fill(tensor, using: &generator)
      }
    }
  }
}

extension DataChoice {
  /// Reads what users write.
  /// - Throws: `UsageError` for a file that is not a `.npy` of `float32`.
  public init(inputs: String?, weights: String?) throws(UsageError) {
    if let inputs {
      if let known = InputData(inputs) {
        self.inputs = known
      } else if inputs.hasSuffix(".npy") {
        self.inputs = .file(path: inputs, try Self.read(inputs))
      } else {
        throw UsageError("\(inputs.shown): expected \(InputData.expected), or a file named .npy")
      }
    }
    if let weights {
      guard let known = InputData(weights) else {
        throw UsageError("\(weights.shown): expected \(InputData.expected)")
      }
      self.weights = known
    }
  }

  /// Refuses data that none of the workloads takes.
  public func check(_ workloads: [Workload]) throws(UsageError) {
    guard case .file(let path, let array) = inputs else { return }
    guard let first = workloads.first, !workloads.contains(where: { $0.inputs[0].shape == array.shape })
    else {
      return
    }
    let others = workloads.count == 1 ? "" : ", and none of the others takes it"
    throw UsageError(
      "\(path): holds \(array.shape); expected \(first.inputs[0]), the input of \(first.name)\(others)"
    )
  }

  private static func read(_ path: String) throws(UsageError) -> NPY {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw UsageError("\(path): \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw UsageError("\(path): is not a regular file")
    }
    // The file, its bytes and its elements.
    if (try? Shortage.check(Int(status.st_size) * 3)) == nil {
      throw UsageError("\(path): its \(status.st_size >> 20) MiB are too many for the memory there is")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw UsageError("\(path): cannot be read")
    }
    do { return try NPY(Array(data)) } catch { throw UsageError("\(path): \(error)") }
  }
}
