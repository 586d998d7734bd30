import Foundation
import Testing

/// The checkout that these tests belong to.
enum House {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// The folder of the products, whatever links lead there.
  static let products =
    Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent() ?? root

  /// What a program prints to standard output, run in the root.
  static func output(_ tool: String, _ arguments: [String]) throws -> Data {
    let answer = try run(tool, arguments, withErrors: false)
    try #require(answer.status == 0, "\(tool) is missing or failed; 'make setup' installs it")
    return answer.data
  }

  /// How a program ends and what it prints to both outputs.
  static func run(_ tool: String, _ arguments: [String]) throws -> (status: Int32, text: String) {
    let answer = try run(tool, arguments, withErrors: true)
    return (answer.status, String(decoding: answer.data, as: UTF8.self))
  }

  private static func run(
    _ tool: String, _ arguments: [String], withErrors: Bool
  ) throws -> (status: Int32, data: Data) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    process.currentDirectoryURL = root
    let pipe = Pipe()
    process.standardOutput = pipe
    if withErrors { process.standardError = pipe }
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, data)
  }
}
