import Foundation
import Profiling
import Testing

private let tool = "/usr/bin/google-pprof"

/// gperftools' own tool, where it is installed, reads the same sums out of the files as this project does.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: tool)))
struct GooglePprofTests {
  static let target = "conv:out=64,k=3,p=1@1x64x56x56"

  /// What the tool prints about a file.
  static func text(_ options: [String], _ file: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: tool)
    process.arguments = ["--text"] + options + [Tool.path, file]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return text
  }

  private static func profile(_ options: [String], _ file: String) throws -> [UInt8] {
    let result = try Tool.profile([target, "--quiet", "--output", file] + options)
    try #require(result.status == 0, "\(result.error)")
    return Array(try Data(contentsOf: URL(fileURLWithPath: file)))
  }

  @Test func processorProfileIsOpened() throws {
    let scratch = try Scratch()
    let file = scratch.file("a.prof")
    let recorded = try RecordedProfile(try Self.profile([], file), name: "a.prof")
    let text = try Self.text([], file)
    #expect(text.contains("Total: \(recorded.total) samples"), "\(text)")
    #expect(text.contains("cplatform_stage_01"), "\(text)")
  }

  @Test func heapProfileIsOpened() throws {
    let scratch = try Scratch()
    let file = scratch.file("a.heap")
    let recorded = try RecordedHeap(try Self.profile(["--heap"], file), name: "a.heap")
    let text = try Self.text(["--alloc_objects"], file)
    #expect(text.contains("Total: \(recorded.total.allocated.objects) objects"), "\(text)")
    #expect(text.contains("PackedWeights"), "\(text)")
  }
}
