import Foundation
import Operators
import Tensors

/// Times of kernels on this machine, by which the selector corrects its estimates.
///
/// Only their ratios count: for each operator the mean estimate of the kernels that were measured stays as it is, so that
/// operators with times can be compared with operators without.
public struct MeasuredTimes: Sendable {
  private struct Question: Hashable {
    let operation: String
    let inputs: [TensorType]
    let isa: ISA

    init(_ op: any Operator, _ inputs: [TensorType], _ isa: ISA) {
      (operation, self.inputs, self.isa) = (op.text, inputs, isa)
    }
  }

  /// What a kernel without a time takes at least, compared with the slowest that has one.
  private static let unmeasured = 1.001

  private var seconds: [Question: [String: Double]] = [:]

  /// No time yet.
  public init() {}

  /// Operators, with their inputs and instruction sets, of which times are known.
  public var count: Int { seconds.count }

  /// Adds the time of a call; a time that was known before is replaced.
  public mutating func insert(
    _ time: Double, of kernel: String, for op: any Operator, _ inputs: [TensorType], isa: ISA
  ) {
    precondition(time > 0 && time.isFinite, "a call of \(kernel) takes \(time) s")
    seconds[Question(op, inputs, isa), default: [:]][kernel] = time
  }

  /// The fastest kernel of an operator; nil where fewer than two were measured.
  public func fastest(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> String? {
    guard let times = seconds[Question(op, inputs, isa)], times.count > 1 else { return nil }
    return times.min { ($0.value, $0.key) < ($1.value, $1.key) }?.key
  }

  /// Choices with estimates in the ratios of what was measured; a kernel that was not measured comes after those that were.
  func corrected(
    _ choices: [Choice], _ op: any Operator, _ inputs: [TensorType], isa: ISA
  ) -> [Choice] {
    guard let times = seconds[Question(op, inputs, isa)] else { return choices }
    var estimates: [String: Double] = [:]
    for choice in choices where times[choice.kernel.name] != nil && choice.form.cycles > 0 {
      estimates[choice.kernel.name] = min(
        estimates[choice.kernel.name] ?? .infinity, choice.form.cycles)
    }
    let known = estimates.compactMap { name, estimate in times[name].map { (name, estimate, $0) } }
    guard !known.isEmpty else { return choices }
    let scale = exp(known.reduce(0) { $0 + log($1.1 / $1.2) } / Double(known.count))
    let factors = Dictionary(uniqueKeysWithValues: known.map { ($0.0, scale * $0.2 / $0.1) })
    let slowest = known.reduce(0) { max($0, scale * $1.2) }
    return choices.map { choice in
      var form = choice.form
      if let factor = factors[choice.kernel.name] {
        form.cycles *= factor
      } else {
        form.cycles = max(form.cycles, slowest * Self.unmeasured)
      }
      return Choice(kernel: choice.kernel, form: form)
    }
  }
}
