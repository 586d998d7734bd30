import Operators
import Tensors

/// The kernels that are there, injected from above: this target names none.
public struct Catalogue: Sendable {
  /// In no particular order.
  public let kernels: [any Kernel]
  /// What was measured, which goes before what is estimated.
  public let times: MeasuredTimes?

  /// - Parameters:
  ///   - kernels: those of one name support different operators.
  ///   - times: nil: the selector goes by estimates alone.
  public init(_ kernels: [any Kernel], times: MeasuredTimes? = nil) {
    self.kernels = kernels
    self.times = times
  }

  /// The kernels whose errors are no larger than the formula's own: no transforms.
  public var exact: Catalogue { Catalogue(kernels.compactMap(\.exact), times: times) }

  /// The same kernels, chosen by measured times where there are some.
  public func tuned(by times: MeasuredTimes) -> Catalogue {
    Catalogue(kernels.map { $0.tuned(by: times) }, times: times)
  }

  /// Names of the kernels, each once.
  public var names: [String] {
    kernels.map(\.name).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// The ways of computing an operator, the fastest by their times or estimates first; equal ones in the order of the list.
  /// - Parameter packsEachCall: whether weights are packed in each call, which then counts.
  public func choices(
    _ op: any Operator, _ inputs: [TensorType], isa: ISA, packsEachCall: Bool = false
  ) -> [Choice] {
    let supported = kernels.flatMap { kernel in
      kernel.support(op, inputs, isa: isa).forms.map { Choice(kernel: kernel, form: $0) }
    }
    var choices = times?.corrected(supported, op, inputs, isa: isa) ?? supported
    if packsEachCall {
      choices = choices.map { Choice(kernel: $0.kernel, form: $0.form.packedEachCall) }
    }
    return choices.enumerated().sorted {
      ($0.element.form.cycles, $0.offset) < ($1.element.form.cycles, $1.offset)
    }
    .map(\.element)
  }

  /// The selector's choice.
  public func best(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Choice? {
    choices(op, inputs, isa: isa).first
  }
}

/// A kernel and one of the forms in which it computes an operator.
public struct Choice: Sendable {
  /// What computes it.
  public let kernel: any Kernel
  /// How: layouts, epilogues, error growth and estimate.
  public let form: Form

  /// - Precondition: the form is one of those that the kernel supports.
  public init(kernel: any Kernel, form: Form) {
    self.kernel = kernel
    self.form = form
  }
}
