import CPlatform

/// What lies in the caches before a call.
public enum CacheState: String, Sendable, CaseIterable {
  /// What the call before has left: inputs, weights and output.
  case hot
  /// Inputs and weights have been evicted from all levels.
  case cold
  /// Weights have been evicted, as by the other layers of a network; inputs are as the call before left them.
  case weightsCold = "weights-cold"
}

/// Takes memory out of the caches.
public enum Eviction {
  /// Drops memory from all levels of all caches.
  /// - Returns: false where the architecture lets no program do that.
  @discardableResult
  public static func evict(_ memory: [UnsafeRawBufferPointer]) -> Bool {
    memory.allSatisfy { piece in
      guard let start = piece.baseAddress else { return true }
      return cplatform_evict(start, piece.count)
    }
  }
}
