import Files
import Foundation
import Glibc
import Testing

@Suite final class OutputFileTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("cbambench-test-\(UUID().uuidString)").path

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func path(_ name: String) -> String { folder + "/" + name }
  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
  }
  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: path(name), withDestinationPath: target)
  }
  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }
  }

  @Test func aFileIsReplacedWhole() throws {
    for text in ["a long first text\n", "short\n"] {
      let file = try OutputFile(path("a.csv"))
      try file.write(text)
      #expect(try self.text("a.csv") == text)
    }
    #expect(try names == ["a.csv"])
  }

  @Test func placesThatCannotBeWrittenAreRefused() throws {
    #expect(throws: OutputError.self) { try OutputFile("/nowhere/at/all.csv") }
    #expect(throws: OutputError.self) { try OutputFile(self.folder) }
    #expect(throws: OutputError.self) { try OutputFile("/dev/full").write("x") }
  }

  /// Links stay; what they lead to is made, then replaced.
  @Test func linksAreFollowed() throws {
    try FileManager.default.createDirectory(atPath: path("sub"), withIntermediateDirectories: false)
    try link("relative.csv", to: "sub/target.csv")
    try link("chain.csv", to: path("relative.csv"))
    for (name, text) in [("relative.csv", "one"), ("chain.csv", "two")] {
      try OutputFile(path(name)).write(text)
      #expect(try self.text("sub/target.csv") == text)
    }
    for name in ["relative.csv", "chain.csv"] {
      _ = try FileManager.default.destinationOfSymbolicLink(atPath: path(name))
    }
    #expect(try names == ["chain.csv", "relative.csv", "sub"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: path("sub")) == ["target.csv"])
  }

  @Test func linksThatLeadNowhereAreErrors() throws {
    try link("a.csv", to: "b.csv")
    try link("b.csv", to: "a.csv")
    try link("c.csv", to: "missing/c.csv")
    for name in ["a.csv", "c.csv"] {
      let error = #expect(throws: OutputError.self) { try OutputFile(self.path(name)) }
      #expect(error?.description.contains("\(path(name)): cannot be written") == true)
    }
    #expect(try names == ["a.csv", "b.csv", "c.csv"])
  }

  @Test func permissionsOutliveAReplacement() throws {
    try OutputFile(path("a.csv")).write("one")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path("a.csv"))
    try OutputFile(path("a.csv")).write("two")
    let mode = try FileManager.default.attributesOfItem(atPath: path("a.csv"))[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  /// A new file is as the process's mask says, like that of any other program.
  @Test func newFilesAreAsTheMaskSays() throws {
    let mask = umask(0)
    umask(mask)
    try OutputFile(path("a.csv")).write("one")
    let mode = try FileManager.default.attributesOfItem(atPath: path("a.csv"))[.posixPermissions] as? Int
    #expect(mode == Int(0o666 & ~mask))
  }

  /// Somebody knows the number of this process and has put links there that lead to a victim.
  @Test func plantedLinksAreNotFollowed() throws {
    try "precious".write(toFile: path("victim"), atomically: false, encoding: .utf8)
    let planted = ["a.csv.part-\(getpid())", "a.csv.part", "a.csv.tmp", "a.csv.part-XXXXXX"]
    for name in planted { try link(name, to: path("victim")) }
    try OutputFile(path("a.csv")).write("one")
    #expect(try text("victim") == "precious" && text("a.csv") == "one")
    #expect(try names == (planted + ["a.csv", "victim"]).sorted())
  }
}
