import Testing

/// The folders of `Sources/Commands`, in the order in which they know each other.
@Suite struct CommandFolderTests {
  /// Commands refer to options and output, options to output; no command refers to another.
  @Test func foldersReferDown() throws {
    let order = ["Output", "Options", "Commands"].map { "Sources/Commands/\($0)/" }
    let files = try #require(try Manifest.read.get().target("Commands")).sources
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
