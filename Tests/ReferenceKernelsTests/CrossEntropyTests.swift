import Foundation
import Kernels
import Operators
import ReferenceKernels
import Support
import Tensors
import Testing

/// Softmax cross-entropy by its formula in double precision. Flaws they would catch: a mean over rows that do not count, labels
/// of another row, exponentials that overflow, a gradient of another sign.
@Suite struct CrossEntropyTests {
  private static let logits: [[Double]] = [[1, 2, 3], [-80, 90, 0], [0.5, 0.5, 0.5], [4, -1, 2]]

  /// Loss, then the gradient of the logits for a gradient of 2.
  private static func oracle(_ labels: [Int64]) throws -> Oracle {
    let input = try Tensor<Float>(Shape(4, 3))
    input.assign(logits.joined().map { Float($0) })
    let classes = try Tensor<Int64>(Shape(4))
    classes.assign(labels)
    let gradient = try Tensor<Float>(Shape(1))
    gradient.assign([2])
    let types = [TensorType(input.shape), TensorType(Shape(4), .int64)]
    let both = try ForwardBackward(
      CrossEntropy(), types, wanted: WantedGradients(inputs: [0], weights: false))
    return try Oracle(both, [input, classes, gradient], weights: Weights([:]))
  }

  @Test(arguments: [[2, 1, 0, 0], [0, 0, -100, 2], [-100, -100, -100, 1]] as [[Int64]])
  func isItsFormula(labels: [Int64]) throws {
    let oracle = try Self.oracle(labels)
    let count = Double(labels.count { $0 >= 0 })
    var loss = 0.0
    for (n, (row, label)) in zip(Self.logits, labels).enumerated() {
      let sum = row.reduce(0) { $0 + exp($1) }
      if label >= 0 { loss += log(sum) - row[Int(label)] }
      for c in 0..<3 {
        let slope = label < 0 ? 0 : (exp(row[c]) / sum - (Int64(c) == label ? 1 : 0)) * 2 / count
        #expect(abs(oracle.value(1 + 3 * n + c) - slope) <= 1e-12, "row \(n), class \(c)")
      }
    }
    #expect(abs(oracle.value(0) - loss / count) <= 1e-12 * (1 + loss))
    #expect((0..<13).allSatisfy { oracle.bound($0) <= 1e-4 })
  }

  /// As PyTorch has it where no row counts; a label that is no class has no loss either.
  @Test(arguments: [[-100, -100, -100, -100], [0, 1, 2, 3], [0, -1, 0, 0]] as [[Int64]])
  func thereMayBeNoLoss(labels: [Int64]) throws {
    #expect(try Self.oracle(labels).value(0).isNaN)
  }

  /// The loss falls along its gradient by as much as that says.
  @Test func agreesWithCentralDifferences() throws {
    let labels: [Int64] = [2, 1, 0, 0]
    let oracle = try Self.oracle(labels)
    func loss(_ changed: Int, _ by: Double) -> Double {
      var sum = 0.0
      for n in 0..<4 {
        let row = (0..<3).map { Self.logits[n][$0] + (3 * n + $0 == changed ? by : 0) }
        let largest = row.max() ?? 0
        sum += log(row.reduce(0) { $0 + exp($1 - largest) }) + largest - row[Int(labels[n])]
      }
      return sum / 4
    }
    for i in 0..<12 {
      let difference = (loss(i, 1e-4) - loss(i, -1e-4)) / 2e-4
      #expect(abs(oracle.value(1 + i) - 2 * difference) <= 1e-7, "\(i)")
    }
  }
}
