import Foundation
import Testing

/// The order of the targets: each imports lower floors only.
@Suite struct FloorTests {
  static let floors: [[String]] = [
    ["PlainText"],
    ["Tensors", "Measurement", "MicroKernelAPI", "Files", "CPlatform", "CGperftools"],
    ["Operators", "Processes", "Records", "MicroBaseline", "MicroAVX2", "MicroAVX512", "Micro"],
    ["Models", "Kernels"],
    ["Workloads", "ReferenceKernels", "TiledKernels", "Formats"],
    ["Roofs", "Profiling"],
    ["Harness"],
    ["Contest", "CaseProfiles", "Gate"],
    ["Reporting"],
    ["Commands"],
    ["cbambench"],
  ]
  static let system = ["Foundation", "Glibc", "Dispatch", "Synchronization"]

  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func floor(_ target: String) -> Int? { floors.firstIndex { $0.contains(target) } }

  static var sources: [(target: String, path: String, text: String)] {
    let folder = root.appendingPathComponent("Sources")
    let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    return files.filter { $0.hasSuffix(".swift") }.map { path in
      let text = (try? String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)) ?? ""
      return (String(path.split(separator: "/")[0]), path, text)
    }
  }

  @Test func importsGoDown() {
    #expect(FloorTests.sources.count > 50)
    for (target, path, text) in FloorTests.sources {
      let here = FloorTests.floor(target)
      #expect(here != nil, "\(path): target \(target) has no floor")
      for line in text.split(separator: "\n") where line.hasPrefix("import ") {
        let module = String(line.dropFirst(7))
        if FloorTests.system.contains(module) { continue }
        let there = FloorTests.floor(module)
        #expect(there.map { $0 < here ?? 0 } == true, "\(path) imports \(module)")
      }
    }
  }

  @Test func dependenciesInTheManifestGoDown() throws {
    let manifest = try String(
      contentsOf: FloorTests.root.appendingPathComponent("Package.swift"), encoding: .utf8)
    let targets = manifest.matches(of: /floor\(\s*"(\w+)",\s*\[([^\]]*)\]/)
    #expect(targets.count >= 11)
    for target in targets {
      let here = FloorTests.floor(String(target.1))
      for name in String(target.2).matches(of: /"(\w+)"/) {
        let there = FloorTests.floor(String(name.1))
        #expect(there.map { $0 < here ?? 0 } == true, "\(target.1) depends on \(name.1)")
      }
    }
  }

  @Test func filesAreShortAndTargetsExplainThemselves() {
    for (_, path, text) in FloorTests.sources {
      #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 401, "\(path)")
    }
    for target in Set(FloorTests.sources.map(\.target)) where !target.hasPrefix("Micro") {
      let readme = FloorTests.root.appendingPathComponent("Sources/\(target)/README.md").path
      #expect(FileManager.default.fileExists(atPath: readme), "\(target) has no README.md")
    }
  }

  /// Commands refer to options and output, options to output; no command refers to another.
  @Test func foldersOfCommandsReferDown() {
    let order = ["Commands/Output/", "Commands/Options/", "Commands/Commands/"]
    let files = FloorTests.sources.filter { $0.target == "Commands" }
    #expect(files.count > 40)
    func declared(_ text: String) -> [String] {
      text.matches(of: /(?:^|\n)(?:package |public )?(?:final )?(?:struct|class|enum|protocol) (\w+)/)
        .map { String($0.1) }
    }
    for (index, folder) in order.enumerated() {
      let above = files.filter { file in order[(index + 1)...].contains { file.path.hasPrefix($0) } }
      let names = Set(above.flatMap { declared($0.text) })
      for file in files where file.path.hasPrefix(folder) {
        let code = file.text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }
        let words = Set(code.flatMap { $0.split { !$0.isLetter && !$0.isNumber } }.map(String.init))
        #expect(words.isDisjoint(with: names), "\(file.path): \(words.intersection(names))")
      }
    }
    let commands = Set(
      files.flatMap { declared($0.text) }.filter { $0.hasSuffix("Command") && $0 != "Command" })
    for file in files where !file.path.hasSuffix("Application.swift") {
      let others = commands.filter { !file.path.hasSuffix("\($0).swift") && file.text.contains("\($0).") }
      #expect(others.isEmpty, "\(file.path): \(others)")
    }
  }
}
