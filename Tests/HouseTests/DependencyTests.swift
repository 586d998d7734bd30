import Testing

/// What a target imports and what the manifest says it depends on are the same. SwiftPM lets a target import whatever
/// happens to have been built before it.
@Suite struct DependencyTests {
  @Test func whatIsImportedIsDeclared() throws {
    let manifest = try Manifest.read.get()
    for target in manifest.targets {
      let own = target.imports.filter { manifest.target($0) != nil }
      let undeclared = own.subtracting(target.dependencyNames).sorted()
      #expect(undeclared.isEmpty, "\(target.name) imports \(undeclared)")
    }
  }

  /// A program is depended on to be run.
  @Test func whatIsDeclaredIsImported() throws {
    let manifest = try Manifest.read.get()
    for target in manifest.targets {
      let modules = target.dependencyNames.filter { manifest.target($0)?.type != "executable" }
      let unused = Set(modules).subtracting(target.imports).sorted()
      #expect(unused.isEmpty, "\(target.name) declares \(unused)")
      #expect(Set(modules).count == modules.count, "\(target.name) declares a target twice")
    }
  }

  /// The two tests above would hold for imports that nobody finds.
  @Test func importsAreFound() throws {
    let manifest = try Manifest.read.get()
    #expect(try #require(manifest.target("MicroBaseline")).imports.contains("MicroKernelAPI"))
    #expect(try #require(manifest.target("HouseTests")).imports.contains("Testing"))
    for target in manifest.targets where target.type == "regular" && !target.dependencyNames.isEmpty {
      #expect(!target.imports.isEmpty, "\(target.name)")
    }
  }
}
