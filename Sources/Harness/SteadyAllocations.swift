import Measurement

/// Heap allocations of a call in the steady state, told by counts that see the whole process.
///
/// What a thread allocates that starts late or wakes for the first time falls into one call or another, late on a busy machine:
/// a count that is not zero is held against further ones, and the median tells.
package enum SteadyAllocations {
  static let enough = 5

  /// - Parameters:
  ///   - counts: of the calls so far; nil where the allocator tells nothing.
  ///   - again: counts a further call.
  package static func perCall(_ counts: [Int?], again: () -> Int?) -> Double? {
    var known = counts.compactMap { $0.map(Double.init) }
    while !known.isEmpty, known.count < enough, Statistics.median(known) > 0, let next = again() {
      known.append(Double(next))
    }
    return known.isEmpty ? nil : Statistics.median(known)
  }
}
