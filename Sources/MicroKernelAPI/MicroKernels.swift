/// The micro-kernels of one instruction set, and the block sizes that decide how weights are packed for them.
public struct MicroKernels: Sendable {
  /// Floats in one vector register.
  public let lanes: Int
  /// Output channels that one `ConvTile` has: the innermost extent of packed weights.
  public let outputBlock: Int
  /// Most pixels of one `ConvTile`.
  public let pixelTile: Int
  /// Most output channels of one `PointTile`.
  public let pointBlock: Int
  /// How often each weight of a `PointTile` or `ConvRow` is stored, one after the other.
  public let weightCopies: Int
  /// Floats of scratch memory that a call may need; a multiple of whole lines, best aligned to one.
  public let scratch: Int
  /// Loops that load the machine, for its limits.
  public let probes: any ProbeCode.Type

  @usableFromInline let code: any MicroCode.Type
  @usableFromInline var observer: (@Sendable (any MicroKernelCall) -> Void)?

  /// - Parameter code: compiled for the instruction set that the sizes are for.
  public init(
    lanes: Int, outputBlock: Int, pixelTile: Int, pointBlock: Int, weightCopies: Int, scratch: Int,
    code: any MicroCode.Type, probes: any ProbeCode.Type
  ) {
    self.lanes = lanes
    self.outputBlock = outputBlock
    self.pixelTile = pixelTile
    self.pointBlock = pointBlock
    self.weightCopies = weightCopies
    self.scratch = scratch
    self.code = code
    self.probes = probes
  }

  /// Runs the micro-kernel that takes a structure of this type: one indirect call.
  @inlinable @inline(__always)
  public func run<Call: MicroKernelCall>(_ work: UnsafePointer<Call>) {
    if observer != nil { observe(work) }
    Call.run(work, by: code)
  }

  /// The same micro-kernels, every call told to `observer` before it is made: for tests that count calls.
  public func observed(by observer: @escaping @Sendable (any MicroKernelCall) -> Void) -> MicroKernels {
    var kernels = self
    kernels.observer = observer
    return kernels
  }

  @usableFromInline @inline(never)
  func observe<Call: MicroKernelCall>(_ work: UnsafePointer<Call>) { observer?(work.pointee) }
}
