import Foundation
import Testing

/// What SwiftPM lets others depend on, as docs/library.md says.
@Suite struct LibraryTests {
  /// Unsafe flags in a dependency with a version, or given by branch.
  @Test(arguments: ["from: \"1.0.0\"", "branch: \"main\""])
  func othersCanDependOnIt(requirement: String) throws {
    let answer = try Dependency.resolve(requirement) { folder in
      for part in Set(try Manifest.read.get().targets.map { String($0.folder.split(separator: "/")[0]) }) {
        try FileManager.default.copyItem(
          at: House.root.appendingPathComponent(part), to: folder.appendingPathComponent(part))
      }
      return try House.text("Package.swift")
    }
    #expect(answer.status == 0, "\(answer.text)")
  }

  /// The rule that the package would break with older tools; without it the test above could not fail.
  @Test func unsafeFlagsOfOlderToolsAreRefused() throws {
    let answer = try Dependency.resolve("from: \"1.0.0\"") { folder in
      let sources = folder.appendingPathComponent("Sources/CBAMKernels")
      try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
      try "public let one = 1\n".write(
        to: sources.appendingPathComponent("One.swift"), atomically: false, encoding: .utf8)
      return """
        // swift-tools-version: 6.1
        import PackageDescription
        let package = Package(
          name: "old", products: [.library(name: "CBAMKernels", targets: ["CBAMKernels"])],
          targets: [.target(name: "CBAMKernels", swiftSettings: [.unsafeFlags(["-Ounchecked"])])])
        """
    }
    #expect(answer.status != 0 && answer.text.contains("unsafe build flags"), "\(answer.text)")
  }
}

/// A package that depends on another one, which lies in a repository of its own with one commit and one version.
private enum Dependency {
  /// What SwiftPM says when it loads the graph of both; nothing is built.
  /// - Parameter fill: fills the folder of the other package and returns its manifest.
  static func resolve(_ requirement: String, fill: (URL) throws -> String) throws -> (
    status: Int32, text: String
  ) {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "cbambench-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let (library, client) = (
      folder.appendingPathComponent("library"), folder.appendingPathComponent("client")
    )
    let sources = client.appendingPathComponent("Sources/Client")
    for new in [library, sources] {
      try FileManager.default.createDirectory(at: new, withIntermediateDirectories: true)
    }
    try write(fill(library), library, "Package.swift")
    try write("import CBAMKernels\n", sources, "main.swift")
    try write(manifest(library, requirement), client, "Package.swift")
    for arguments in [
      ["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "all"], ["tag", "1.0.0"],
    ] {
      let identity = [
        "-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false",
      ]
      let answer = try House.run("git", ["-C", library.path] + identity + arguments)
      try #require(answer.status == 0, "\(answer.text)")
    }
    return try House.run(
      "swift",
      [
        "package", "--package-path", client.path, "--cache-path", folder.path + "/cache", "show-dependencies",
      ])
  }

  private static func write(_ text: String, _ folder: URL, _ name: String) throws {
    try text.write(to: folder.appendingPathComponent(name), atomically: false, encoding: .utf8)
  }

  private static func manifest(_ library: URL, _ requirement: String) -> String {
    """
    // swift-tools-version: 6.2
    import PackageDescription
    let package = Package(
      name: "client", dependencies: [.package(url: "file://\(library.path)", \(requirement))],
      targets: [
        .executableTarget(
          name: "Client", dependencies: [.product(name: "CBAMKernels", package: "library")])
      ])
    """
  }
}
