import Kernels
import Operators
import Tensors

/// A kernel that could compute an operator or a part of it, for people who ask why one was chosen.
public struct KernelCandidate: Sendable {
  /// Path of the part in a composite whose parts have kernels of their own; empty for the whole.
  public let part: String
  /// What is computed.
  public let operation: String
  /// Types of the inputs.
  public let inputs: [TensorType]
  /// Parts that the same kernel would compute with it.
  public let fused: [String]
  /// What it is called.
  public let kernel: String
  /// How it computes the operator; `cycles` is the estimate that was compared.
  public let form: Form
  /// Whether the selector takes it.
  public let isChosen: Bool
}

extension Catalogue {
  /// All kernels that could compute an operator, the fastest by their estimates first; after a kernel that runs a composite's
  /// parts one by one, those of the parts if that kernel is the choice.
  public func candidates(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> [KernelCandidate] {
    let choices = choices(op, inputs, isa: isa)
    let whole = choices.enumerated().map { index, choice in
      KernelCandidate(
        part: "", operation: op.text, inputs: inputs, fused: [], kernel: choice.kernel.name,
        form: choice.form, isChosen: index == 0)
    }
    guard let layers = choices.first?.kernel as? Layers,
      let compilation = try? layers.compilation(op, inputs, isa: isa)
    else { return whole }
    return whole + compilation.steps.flatMap(\.explained)
  }
}

extension Compilation.Step {
  /// Its candidates.
  fileprivate var explained: [KernelCandidate] {
    candidates.map { candidate in
      KernelCandidate(
        part: name, operation: op.text, inputs: inputs, fused: fused, kernel: candidate.kernel.name,
        form: candidate.form,
        isChosen: candidate.kernel.name == choice.kernel.name && candidate.form == choice.form)
    }
  }
}
