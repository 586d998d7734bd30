import MicroKernelAPI
import Operators
import Tensors

/// A way of computing an operator.
public protocol Kernel: Sendable {
  /// `reference`, `tiled/direct`, …
  var name: String { get }

  /// Whether it computes an operator on inputs of these types, and how well.
  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support

  /// Packs weights and chooses tiles. Called only with what `support` affirms.
  /// - Throws: `OperatorError` or `MemoryError`.
  func prepare(_ task: KernelTask) throws -> any Prepared

  /// The same kernel without forms whose errors are larger than the formula's own; nil if none is left. A kernel that
  /// chooses among others keeps only those of them.
  var exact: (any Kernel)? { get }

  /// The same kernel; one that runs an operator's parts chooses their kernels by these times.
  func tuned(by times: MeasuredTimes) -> any Kernel
}

extension Kernel {
  /// The kernel itself.
  public var exact: (any Kernel)? { self }

  /// The kernel itself.
  public func tuned(by times: MeasuredTimes) -> any Kernel { self }
}

/// What a kernel is asked to compute.
public struct KernelTask: Sendable {
  /// What is computed.
  public let op: any Operator
  /// Types of the inputs.
  public let inputs: [TensorType]
  /// Weights as the operator names them, not yet packed.
  public let weights: Weights<Float>
  /// The instruction set to prepare for.
  public let isa: ISA
  /// What is to be fused after the operator.
  public let fusion: Fusion
  /// Which of the forms that the kernel supports; nil: its only one.
  public let form: Form?
  /// The micro-kernels to call.
  public let micro: MicroKernels

  /// - Parameters:
  ///   - form: one of the kernel's, where it has several.
  ///   - micro: the instruction set's, perhaps with something around them, as for counting calls.
  public init(
    _ op: any Operator, _ inputs: [TensorType], weights: Weights<Float>, isa: ISA, fusion: Fusion = Fusion(),
    form: Form? = nil, micro: MicroKernels? = nil
  ) {
    self.op = op
    self.inputs = inputs
    self.weights = weights
    self.isa = isa
    self.fusion = fusion
    self.form = form
    self.micro = micro ?? isa.microKernels
  }
}

/// What is to be fused after an operator, in this order: batch norm, residual (an input after the operator's own),
/// activation. Only epilogues that the kernel's `Form` names.
public struct Fusion: Sendable {
  /// Per channel factor and addend.
  public var batchNorm: FoldedBatchNorm?
  /// Whether a further input of the output's shape is added.
  public var residual = false
  /// The last step.
  public var activation = Activation.none

  /// Nothing is fused.
  public init() {}
}

/// Packed weights and choices for one operator, shape and instruction set; immutable, but for weights that are packed anew.
public protocol Prepared: Sendable {
  /// What a call reads besides its inputs. Whoever changes the weights runs what packs them, in this order, before the next call.
  var packed: [PackedMemory] { get }

  /// Floats of scratch memory that `bind` needs for a team of `threads`: those that a call writes. Beyond them at most
  /// `MicroKernels.scratch` per worker, the rest of a line or two per intermediate result, panel and point of a transform, a few lines per
  /// padded row, and rows that a stride leaps over.
  func workspace(threads: Int) -> Int

  /// Regions that compute `outputs` from `inputs`; they stay valid as long as the memory and `self` do.
  /// - Parameter workspace: at least `workspace(threads:)` floats.
  func bind(_ memory: CallMemory, threads: Int) -> [Region]
}

extension Prepared {
  /// Nothing: for operators without weights.
  public var packed: [PackedMemory] { [] }

  /// Memory of the weights that a call reads, for a harness that evicts them from the caches.
  public var weightMemory: [UnsafeRawBufferPointer] { packed.flatMap(\.memory) }

  /// Binds tensors; the regions keep them alive no longer than the caller does.
  public func bind(
    _ inputs: [any AnyTensor], _ outputs: [any AnyTensor], workspace: Tensor<Float>, threads: Int
  ) -> [Region] {
    precondition(
      workspace.count >= self.workspace(threads: threads),
      "workspace of \(workspace.count) floats, \(self.workspace(threads: threads)) needed")
    let memory = CallMemory(
      inputs: inputs.map { Place($0) }, outputs: outputs.map { Place($0) }, workspace: workspace.pointer)
    return bind(memory, threads: threads)
  }
}
