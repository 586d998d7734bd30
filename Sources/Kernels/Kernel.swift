import MicroKernelAPI
import Operators
import Tensors

/// How the elements of a tensor lie in memory.
public struct Layout: Sendable, Hashable {
  /// `nchw`, …
  public let name: String
  /// N, C, H, W, innermost last.
  public static let nchw = Layout(name: "nchw")
}

/// What a kernel can do to its result before storing it.
public enum Epilogue: Sendable, Hashable, CaseIterable {
  /// Batch norm, folded into weights and bias.
  case batchNorm
  /// A tensor of the output's shape is added.
  case residual
  /// ReLU, where other activations cannot be fused.
  case relu
  /// Any activation.
  case activation
}

/// What a kernel says about an operator on given shapes.
public enum Support: Sendable {
  /// It computes the operator on these shapes.
  case yes(Abilities)
  /// One clause for the row's reason.
  case no(String)
}

/// What a kernel can do with an operator that it supports.
public struct Abilities: Sendable {
  /// Layouts of the inputs that it reads.
  public var takes: Set<Layout>
  /// Layout of the output that it writes.
  public var gives: Layout
  /// What it can fuse after the operator.
  public var epilogues: Set<Epilogue>
  /// Among kernels that support an operator the selector takes the largest.
  public var preference: Int
  /// Every output is the formula's own sum, so that exact integers stay exact and a NaN stays where it belongs.
  public var isDirect: Bool

  /// The defaults are those of a direct kernel from NCHW to NCHW that fuses nothing.
  public init(
    takes: Set<Layout> = [.nchw], gives: Layout = .nchw, epilogues: Set<Epilogue> = [], preference: Int = 0,
    isDirect: Bool = true
  ) {
    self.takes = takes
    self.gives = gives
    self.epilogues = epilogues
    self.preference = preference
    self.isDirect = isDirect
  }
}

/// A way of computing an operator.
public protocol Kernel: Sendable {
  /// `reference`, `tiled/direct`, …
  var name: String { get }

  /// Whether it computes the operator on inputs of these shapes.
  func support(_ op: any Operator, _ inputs: [Shape], isa: ISA) -> Support

  /// Packs weights and chooses tiles. Called only with what `support` affirms.
  /// - Throws: `OperatorError` or `MemoryError`.
  func prepare(_ task: KernelTask) throws -> any Prepared
}

/// What a kernel is asked to compute.
public struct KernelTask: Sendable {
  /// What is computed.
  public let op: any Operator
  /// Shapes of the inputs.
  public let inputs: [Shape]
  /// Weights as the operator names them, not yet packed.
  public let weights: Weights<Float>
  /// The instruction set to prepare for.
  public let isa: ISA
  /// What is to be fused after the operator.
  public let fusion: Fusion
  /// The micro-kernels to call.
  public let micro: MicroKernels

  /// - Parameter micro: the instruction set's, perhaps with something around them, as for counting calls.
  public init(
    _ op: any Operator, _ inputs: [Shape], weights: Weights<Float>, isa: ISA, fusion: Fusion = Fusion(),
    micro: MicroKernels? = nil
  ) {
    self.op = op
    self.inputs = inputs
    self.weights = weights
    self.isa = isa
    self.fusion = fusion
    self.micro = micro ?? isa.microKernels
  }
}

/// What is to be fused after an operator, in this order: batch norm, residual (an input after the operator's own),
/// activation. Only epilogues that the kernel's `Abilities` name.
public struct Fusion: Sendable {
  /// Per channel factor and addend.
  public var batchNorm: (scale: [Float], shift: [Float])?
  /// Whether a further input of the output's shape is added.
  public var residual = false
  /// The last step.
  public var activation = Activation.none

  /// Nothing is fused.
  public init() {}
}

/// Packed weights and choices for one operator, shape and instruction set; immutable.
public protocol Prepared: Sendable {
  /// Memory of the weights that a call reads, for a harness that evicts them from the caches.
  var weightMemory: [UnsafeRawBufferPointer] { get }

  /// Floats of scratch memory that `bind` needs for a team of `threads`: those that a call writes. Beyond them at most
  /// `MicroKernels.scratch` per worker, the rest of a line or two per intermediate result and panel, and rows that a stride leaps over.
  func workspace(threads: Int) -> Int

  /// Regions that compute `outputs` from `inputs`; they stay valid as long as the memory and `self` do.
  /// - Parameter workspace: at least `workspace(threads:)` floats.
  func bind(_ memory: CallMemory, threads: Int) -> [Region]
}

/// The memory of one call: dense NCHW tensors, each of its operator's shape.
public struct CallMemory {
  /// The operator's inputs, then the residual if there is one.
  public let inputs: [UnsafePointer<Float>]
  /// Where the results go; not read.
  public let outputs: [UnsafeMutablePointer<Float>]
  /// Scratch memory of `Prepared.workspace(threads:)` floats; its contents are undefined before and after.
  public let workspace: UnsafeMutablePointer<Float>

  /// Memory stays the caller's.
  public init(
    inputs: [UnsafePointer<Float>], outputs: [UnsafeMutablePointer<Float>],
    workspace: UnsafeMutablePointer<Float>
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.workspace = workspace
  }
}

extension Prepared {
  /// Nothing: for operators without weights.
  public var weightMemory: [UnsafeRawBufferPointer] { [] }

  /// Binds tensors; the regions keep them alive no longer than the caller does.
  public func bind(
    _ inputs: [Tensor<Float>], _ outputs: [Tensor<Float>], workspace: Tensor<Float>, threads: Int
  ) -> [Region] {
    precondition(
      workspace.count >= self.workspace(threads: threads),
      "workspace of \(workspace.count) floats, \(self.workspace(threads: threads)) needed")
    let arguments = CallMemory(
      inputs: inputs.map { UnsafePointer($0.pointer) }, outputs: outputs.map(\.pointer),
      workspace: workspace.pointer)
    return bind(arguments, threads: threads)
  }
}
