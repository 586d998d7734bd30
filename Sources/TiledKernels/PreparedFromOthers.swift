import Kernels

/// A kernel whose weights are made of others first: transposed, or those of a phase.
struct PreparedFromOthers: Prepared {
  let prepared: any Prepared
  /// What makes its weights.
  let first: [PackedMemory]

  var packed: [PackedMemory] { first + prepared.packed }

  func workspace(threads: Int) -> Int { prepared.workspace(threads: threads) }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] { prepared.bind(memory, threads: threads) }
}
