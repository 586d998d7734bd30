import Kernels

/// A number for each region's name.
struct StageNames {
  private(set) var names: [String]

  /// - Parameter first: names before those of the regions.
  init(_ regions: [Region], after first: [String] = []) {
    names = first
    for region in regions where !names.contains(region.name) { names.append(region.name) }
  }

  /// Names that have no mark of their own share the last one.
  func index(_ name: String) -> Int { min(names.firstIndex(of: name) ?? Region.marks - 1, Region.marks - 1) }
}
