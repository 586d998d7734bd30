import Foundation
import Testing

/// What the compiled targets contain, read with binutils.
@Suite struct ObjectTests {
  /// Objects of each target of the program.
  static let objects: [(target: String, files: [String])] = {
    let build = House.products
    let names = (try? FileManager.default.contentsOfDirectory(atPath: build.path)) ?? []
    return names.filter { $0.hasSuffix(".build") }.sorted().map { name in
      let folder = build.appendingPathComponent(name)
      let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
      return (String(name.dropLast(6)), files.filter { $0.hasSuffix(".o") }.map { "\(folder.path)/\($0)" })
    }
  }()

  static func output(_ tool: String, _ arguments: [String]) throws -> [Substring] {
    String(decoding: try House.output(tool, arguments), as: UTF8.self).split(separator: "\n")
  }

  static func files(_ target: String) throws -> [String] {
    let files = objects.first { $0.target == target }?.files ?? []
    try #require(!files.isEmpty, "no objects of \(target)")
    return files
  }

  /// A weak function of the standard library, specialised with wide instructions, could be linked in for every module.
  @Test(arguments: ["MicroBaseline", "MicroAVX2", "MicroAVX512"])
  func weakFunctionsBelongToTheirModule(target: String) throws {
    let own = "$s\(target.count)\(target)"
    var functions = 0
    for line in try ObjectTests.output("nm", try ObjectTests.files(target)) {
      let fields = line.split(separator: " ")
      guard fields.count == 3, ["T", "t", "W", "w"].contains(fields[1]) else { continue }
      functions += 1
      if fields[1].lowercased() == "w" { #expect(fields[2].hasPrefix(own), "\(fields[2])") }
    }
    #expect(functions > 20)
  }

  @Test func onlyTheMicroKernelsUseWideRegisters() throws {
    let wide = ["MicroAVX2": "ymm", "MicroAVX512": "zmm"]
    for (target, files) in ObjectTests.objects where !files.isEmpty && !target.hasSuffix("Tests") {
      let code = try ObjectTests.output("objdump", ["-d", "--no-show-raw-insn"] + files)
      #if arch(x86_64)
        if let register = wide[target] {
          #expect(code.contains { $0.contains("%\(register)") }, "\(target)")
        } else {
          let line = code.first { $0.contains("%ymm") || $0.contains("%zmm") }
          #expect(line == nil, "\(target): \(line ?? "")")
        }
      #endif
    }
    for target in ["MicroBaseline", "Kernels", "TiledKernels", "Harness"] {
      _ = try ObjectTests.files(target)
    }
  }
}
