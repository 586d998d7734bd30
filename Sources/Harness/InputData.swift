import Formats
import Measurement
import Tensors

/// What a tensor of a measured call holds.
public enum InputData: Sendable, Equatable {
  /// Uniform in [−1, 1), no denormals.
  case dense
  /// Nothing but zeros.
  case zeros
  /// Dense, but this share of the elements is zero.
  case sparse(Double)
  /// Subnormal numbers of both signs.
  case denormal
  /// An array from a file, which is the input of every workload that takes its shape.
  case file(path: String, NPY)

  /// The words of the command line, files aside.
  static let expected = "dense, zeros, sparse:SHARE (of zeros, from 0 to 1) or denormal"

  /// Reads all but files.
  init?(_ text: some StringProtocol) {
    switch text {
    case "dense": self = .dense
    case "zeros": self = .zeros
    case "denormal": self = .denormal
    case _ where text.hasPrefix("sparse:"):
      guard let share = Double(text.dropFirst(7)), (0...1).contains(share) else { return nil }
      self = .sparse(share)
    default: return nil
    }
  }

  /// As on the command line and in records.
  public var text: String {
    switch self {
    case .dense: "dense"
    case .zeros: "zeros"
    case .sparse(let share): "sparse:\(share)"
    case .denormal: "denormal"
    case .file(let path, _): path
    }
  }

  var hasNaN: Bool {
    if case .file(_, let array) = self { array.elements.contains { $0.isNaN } } else { false }
  }

  func fill(_ tensor: Tensor<Float>, using generator: inout some RandomNumberGenerator) {
    switch self {
    case .dense: tensor.fillDense(using: &generator)
    case .zeros: tensor.buffer.update(repeating: 0)
    case .sparse(let share):
      tensor.fillDense(using: &generator)
      tensor.thin(keeping: 1 - share, using: &generator)
    case .denormal: tensor.fillSubnormal(using: &generator)
    case .file(_, let array) where array.shape == tensor.shape: tensor.assign(array.elements)
    // A second input of another shape, as a gate.
    case .file: tensor.fillDense(using: &generator)
    }
  }
}

extension Tensor where Element == Float {
  /// As a ReLU can tell it from zeros.
  func fillDense(using generator: inout some RandomNumberGenerator) {
    fill(.dense, using: &generator)
    makeOnePositive()
  }
}

/// Data that does not fit a workload.
struct DataMismatch: Error, CustomStringConvertible {
  let description: String
}
