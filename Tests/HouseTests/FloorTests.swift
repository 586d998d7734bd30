import Foundation
import Testing

/// The order of the targets: each depends on targets of lower floors only.
@Suite struct FloorTests {
  @Test func everyTargetHasAFloor() throws {
    let targets = try Manifest.read.get().floored.map(\.name)
    #expect(targets.count > 20)
    #expect(try Floors.read.get().keys.sorted() == targets.sorted())
  }

  @Test func dependenciesGoDown() throws {
    let floors = try Floors.read.get()
    for target in try Manifest.read.get().floored {
      let here = try #require(floors[target.name], "\(target.name) has no floor")
      for name in target.dependencyNames {
        #expect(floors[name].map { $0 < here } == true, "\(target.name) depends on \(name)")
      }
    }
  }

  /// The manifest is read from the lowest floor to the highest.
  @Test func theManifestFollowsTheFloors() throws {
    let floors = try Floors.read.get()
    let targets = try Manifest.read.get().floored.compactMap { floors[$0.name] }
    #expect(targets == targets.sorted())
  }
}
