import Files
import Foundation
import Testing

/// Files that users name: read whole or refused with the reason.
@Suite final class InputFileTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("cbambench-test-\(UUID().uuidString)").path

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func file(_ bytes: [UInt8]) throws -> String {
    let path = folder + "/x"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func refusal(_ path: String, atMost most: Int = 100) -> String? {
    #expect(throws: InputError.self) { try InputFile.text(path, expected: "a suite", atMost: most) }?
      .description
  }

  /// The most that a file can have is allowed, one byte more is not.
  @Test(arguments: [0, 1, 4095, 4096])
  func aFileIsReadUpToItsLimit(count: Int) throws {
    let bytes = (0..<count).map { UInt8($0 % 100) }
    let path = try file(bytes)
    #expect(try InputFile.bytes(path, expected: "bytes", atMost: 4096) == bytes)
    #expect(try InputFile.bytes(path, expected: "bytes", atMost: count) == bytes)
    #expect(try InputFile.text(path, expected: "text", atMost: count).utf8.elementsEqual(bytes))
    guard count > 0 else { return }
    #expect(
      refusal(path, atMost: count - 1)?.hasSuffix("has more than \(count - 1) bytes; a suite was expected")
        == true)
  }

  @Test func whatIsNoTextIsRefused() throws {
    #expect(refusal(try file([0x61, 0xFF]))?.hasSuffix("x: is not UTF-8 text; a suite was expected") == true)
    #expect(refusal(folder)?.hasSuffix(": is a folder; a suite was expected") == true)
    #expect(refusal(folder + "/none")?.hasSuffix("none: there is no such file") == true)
    #expect(refusal("/dev/zero")?.hasSuffix("has more than 100 bytes; a suite was expected") == true)
  }
}
