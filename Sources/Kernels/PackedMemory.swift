/// Memory that a call reads besides its inputs: what a kernel has made of weights, in the order in which it reads them.
///
/// Unchecked: it names memory of a `Prepared`, which keeps it, and which nobody writes but `packing`.
public struct PackedMemory: @unchecked Sendable {
  /// Its parts; none for what only other packed memory is made of.
  public let memory: [UnsafeRawBufferPointer]
  /// Makes it anew from where the weights lay when they were packed first; nil where nothing is made of them.
  public let packing: Region?

  /// - Parameters:
  ///   - memory: what a call reads.
  ///   - packing: makes it anew; nil for weights that are read as they are.
  public init(_ memory: [UnsafeRawBufferPointer], packing: Region? = nil) {
    self.memory = memory
    self.packing = packing?.packing()
  }
}
