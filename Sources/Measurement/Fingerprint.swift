extension Machine {
  /// What must be equal for times of two runs to be comparable: CPU model, usable CPUs, caches, instruction sets.
  /// - Parameter instructionSets: names of those that the machine can execute.
  public func fingerprint(instructionSets: [String]) -> String {
    let caches = caches.map { "L\($0.level) \($0.bytes >> 10) KiB" }
    return ([description] + caches + [instructionSets.joined(separator: " ")]).joined(separator: "; ")
  }
}
