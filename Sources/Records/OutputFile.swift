import Foundation
import Glibc

/// A file that could not be written: path and reason.
public struct OutputError: Error, Equatable, CustomStringConvertible {
  public let description: String
}

/// Where a report goes. Opened before anything is measured, so that a mistake costs no time.
public struct OutputFile: Sendable {
  public let path: String
  /// Whether it is, or becomes, a file that is replaced whole.
  public var isRegular: Bool { temporary != nil }
  /// The file that symbolic links lead to.
  private let target: String
  /// Nil: the target is no regular file and is written straight.
  private let temporary: String?
  /// Permissions of the file that is replaced, or of a new one.
  private let mode: mode_t

  /// - Throws: if the place cannot be written.
  public init(_ path: String) throws(OutputError) {
    self.path = path
    target = OutputFile.resolved(path)
    var status = stat()
    let exists = stat(path, &status) == 0
    if !exists && errno == ELOOP { throw OutputFile.error(path) }
    if exists && status.st_mode & S_IFMT == S_IFDIR {
      throw OutputError(description: "--output \(path): is a folder; a file was expected")
    }
    mode = exists ? status.st_mode & 0o777 : 0o644
    guard !exists || status.st_mode & S_IFMT == S_IFREG else {
      temporary = nil
      guard access(path, W_OK) == 0 else { throw OutputFile.error(path) }
      return
    }
    if exists && access(path, W_OK) != 0 { throw OutputFile.error(path) }
    let candidate = target + ".part-\(getpid())"
    temporary = candidate
    let file = open(candidate, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard file >= 0 else { throw OutputFile.error(path) }
    close(file)
    unlink(candidate)
  }

  /// Replaces the whole file, or leaves it as it was.
  public func write(_ text: String) throws(OutputError) { try write(Array(text.utf8)) }

  /// Likewise.
  public func write(_ bytes: [UInt8]) throws(OutputError) {
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (temporary == nil ? 0 : O_TRUNC)
    let file = open(temporary ?? target, flags, mode)
    guard file >= 0 else { throw OutputFile.error(path) }
    var failure = writeAll(bytes, to: file) ? nil : OutputFile.error(path)
    if failure == nil, temporary != nil, fsync(file) != 0 { failure = OutputFile.error(path) }
    if close(file) != 0, failure == nil { failure = OutputFile.error(path) }
    if failure == nil, let temporary, rename(temporary, target) != 0 { failure = OutputFile.error(path) }
    if let failure {
      if let temporary { unlink(temporary) }
      throw failure
    }
  }

  /// Follows symbolic links, also one that leads to no file yet.
  private static func resolved(_ path: String) -> String {
    var path = path
    // 40: what the kernel follows before it reports a loop, which `stat` then did.
    for _ in 0..<40 {
      guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { break }
      let folder = (path as NSString).deletingLastPathComponent
      path = next.hasPrefix("/") || folder.isEmpty ? next : folder + "/" + next
    }
    return path
  }

  private static func error(_ path: String) -> OutputError {
    OutputError(description: "--output \(path): cannot be written: \(String(cString: strerror(errno)))")
  }
}
