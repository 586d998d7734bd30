import Foundation
import PlainText
import Testing

/// A reader of what users write, and inputs that it takes.
struct FuzzTarget: Sendable, CustomTestStringConvertible {
  let name: String
  let seeds: [[UInt8]]
  let tokens: [[UInt8]]
  /// Reads an input and uses what was read as the commands do.
  /// - Throws: what the reader says of a wrong one.
  let read: @Sendable ([UInt8]) throws -> Void

  var testDescription: String { name }

  init(
    _ name: String, seeds: [[UInt8]], tokens: [[UInt8]] = [],
    read: @escaping @Sendable ([UInt8]) throws -> Void
  ) {
    (self.name, self.seeds, self.tokens, self.read) = (name, seeds, tokens, read)
  }

  init(_ name: String, texts: [String], words: String = "", read: @escaping @Sendable (String) throws -> Void)
  {
    let tokens = words.split(separator: " ").map { Array($0.utf8) }
    self.init(name, seeds: texts.map { Array($0.utf8) }, tokens: tokens) {
      try read(String(decoding: $0, as: UTF8.self))
    }
  }

  /// Reads mutations. Each is in a file while it is read: where a trap ends the process, the file is left.
  func run(seed: UInt64, mutations: Int, tracedIn folder: URL) throws {
    let trace = try FuzzTrace(folder.appendingPathComponent("\(name).input"))
    defer { trace.remove() }
    for input in seeds { check(input, trace, isRight: true) }
    var mutator = Mutator(seeds: seeds, tokens: tokens, seed: seed)
    for _ in 0..<mutations { check(mutator.next(), trace) }
  }

  /// - Parameter isRight: whether the reader has to take the input.
  func check(_ input: [UInt8], _ trace: FuzzTrace? = nil, isRight: Bool = false) {
    trace?.write(input)
    do { try read(input) } catch {
      let message = "\(error)"
      // What a message quotes is cut and inert, whatever the input is.
      let isFit = message.utf8.count < 1000 && !message.unicodeScalars.contains { $0.isActive }
      if isRight || !isFit || error is FuzzFinding {
        Issue.record(
          "\(name): \(message.shown(atMost: 400)), for \(String(decoding: input, as: UTF8.self).shown(atMost: 2000))"
        )
      }
    }
  }
}

/// Something read is not what it should be.
struct FuzzFinding: Error {
  let sentence: String
  init(_ sentence: String) { self.sentence = sentence }
}

/// The file with the input that is being read.
final class FuzzTrace {
  private let file: URL
  private let handle: FileHandle

  init(_ file: URL) throws {
    self.file = file
    try Data().write(to: file)
    handle = try FileHandle(forWritingTo: file)
  }

  func write(_ input: [UInt8]) {
    try? handle.seek(toOffset: 0)
    try? handle.write(contentsOf: input)
    try? handle.truncate(atOffset: UInt64(input.count))
  }

  func remove() {
    try? handle.close()
    try? FileManager.default.removeItem(at: file)
  }
}
