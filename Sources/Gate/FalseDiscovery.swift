/// Many cases are judged at once.
package enum FalseDiscovery {
  /// p values adjusted so that, of the cases below a level, at most that share is expected to be false (Benjamini and
  /// Hochberg 1995): `min over j ≥ i of p(j) · m / j` for the i-th smallest of m.
  package static func adjusted(_ p: [Double]) -> [Double] {
    let order = p.indices.sorted { (p[$0], $0) < (p[$1], $1) }
    var result = p
    var smallest = 1.0
    for (rank, index) in order.enumerated().reversed() {
      smallest = min(smallest, p[index] * Double(p.count) / Double(rank + 1))
      result[index] = smallest
    }
    return result
  }
}
