import Foundation
import Testing

/// The targets of `Package.swift`, as SwiftPM reads them.
struct Manifest: Decodable {
  let targets: [Target]

  struct Target: Decodable {
    let name: String
    /// `regular`, `executable`, `system`, `test` or `plugin`.
    let type: String
    let path: String?
    let exclude: [String]
    fileprivate let dependencies: [[String: [String?]]]
  }

  /// A scratch path of its own: SwiftPM holds a lock on the one whose tests are running.
  static let read = Result {
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("cbambench-manifest-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: scratch) }
    let json = try House.output("swift", ["package", "--scratch-path", scratch.path, "dump-package"])
    return try JSONDecoder().decode(Manifest.self, from: json)
  }

  func target(_ name: String) -> Target? { targets.first { $0.name == name } }

  /// Targets of `Sources`: they have a floor. The others are tests, what tests share, and plugins.
  var floored: [Target] { targets.filter { $0.folder.hasPrefix("Sources/") } }
}

extension Manifest.Target {
  /// The folder with its sources, from the root.
  var folder: String {
    path ?? (type == "plugin" ? "Plugins/" : type == "test" ? "Tests/" : "Sources/") + name
  }

  /// Names of the targets that it depends on; none comes from another package.
  var dependencyNames: [String] { dependencies.flatMap { $0.values.compactMap { $0.first ?? nil } } }

  /// Its sources in Swift and C, by their paths from the root.
  var sources: [(path: String, text: String)] {
    // Two targets of one set of sources are links to it.
    let start = House.root.appendingPathComponent(folder).resolvingSymlinksInPath().path
    let names = FileManager.default.enumerator(atPath: start)?.compactMap { $0 as? String } ?? []
    let kinds = [".swift", ".c", ".h", ".modulemap"]
    return names.sorted()
      .filter { name in kinds.contains { name.hasSuffix($0) } && !exclude.contains { name.hasPrefix($0) } }
      .map { ("\(folder)/\($0)", (try? String(contentsOfFile: "\(start)/\($0)", encoding: .utf8)) ?? "") }
  }

  /// Modules that its Swift sources import.
  var imports: Set<String> {
    Set(
      sources.filter { $0.path.hasSuffix(".swift") }.flatMap { source in
        source.text.matches(of: Self.importLine).map { String($0.module) }
      })
  }

  private nonisolated(unsafe) static let importLine =
    /(?m)^(?:@\w+(?:\(\w+\))? +)*(?:public |internal |package |private |fileprivate )?import +(?:(?:struct|class|enum|protocol|typealias|func|let|var) +)?(?<module>\w+)/
}
