import Foundation
import PlainText

/// A file that cannot be read: path and reason.
public struct InputError: Error, Equatable, CustomStringConvertible {
  /// Path and reason.
  public let description: String
}

/// Files that users name: read whole, but no more than such a file can have, as a device has no end.
public enum InputFile {
  /// - Parameters:
  ///   - expected: what the file should be, for messages.
  ///   - most: bytes that such a file can have.
  public static func bytes(_ path: String, expected: String, atMost most: Int) throws(InputError) -> [UInt8] {
    func error(_ reason: String) -> InputError { InputError(description: "\(path.shownPath): \(reason)") }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw error("there is no such file")
    }
    guard !isFolder.boolValue else { throw error("is a folder; \(expected) was expected") }
    guard let file = FileHandle(forReadingAtPath: path) else { throw error("cannot be read") }
    var bytes: [UInt8] = []
    while bytes.count <= most {
      guard let more = try? file.read(upToCount: 1 << 20) ?? Data() else { throw error("cannot be read") }
      if more.isEmpty { return bytes }
      bytes += more
    }
    throw error("has more than \(most) bytes; \(expected) was expected")
  }

  /// Likewise text.
  public static func text(_ path: String, expected: String, atMost most: Int) throws(InputError) -> String {
    let bytes = try bytes(path, expected: expected, atMost: most)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw InputError(description: "\(path.shownPath): is not UTF-8 text; \(expected) was expected")
    }
    return text
  }
}
