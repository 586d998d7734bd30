import Foundation
import Testing

/// Wrong input is told in a sentence, and nothing traps: some hundred mutations of right input for every reader, always the
/// same in `make test`, others and many more in `make fuzz`.
///
/// A trap ends the process. The input that did it is left in `.build/fuzz`, one file for each reader that was at work; `make fuzz
/// INPUT=.build/fuzz/NAME.input` reads such a file alone.
@Suite struct FuzzTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent(".build/fuzz")

  private static func number(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
  }

  @Test(arguments: FuzzTarget.all) func nothingTraps(target: FuzzTarget) throws {
    try FileManager.default.createDirectory(at: FuzzTests.folder, withIntermediateDirectories: true)
    if let input = ProcessInfo.processInfo.environment["FUZZ_INPUT"] {
      let file = URL(fileURLWithPath: input)
      guard file.deletingPathExtension().lastPathComponent == target.name else { return }
      target.check(Array(try Data(contentsOf: file)))
      return
    }
    let (seed, mutations) = (FuzzTests.number("FUZZ_SEED") ?? 1, FuzzTests.number("FUZZ_MUTATIONS") ?? 400)
    try target.run(seed: UInt64(seed), mutations: mutations, tracedIn: FuzzTests.folder)
  }
}

extension FuzzTarget {
  /// A reader is a line here.
  static let all: [FuzzTarget] = texts + records + profiles + arrays
}
