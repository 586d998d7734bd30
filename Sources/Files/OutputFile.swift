import Foundation
import Glibc
import PlainText

/// A file that could not be written: path and reason.
public struct OutputError: Error, Equatable, CustomStringConvertible {
  /// Path and reason.
  public let description: String
}

/// Where a report goes. Opened before anything is measured, so that a mistake costs no time.
///
/// A symbolic link of that name is followed: it is the user's. Nothing else that lies there is.
public struct OutputFile: Sendable {
  /// As the user wrote it.
  public let path: String
  /// Whether it is, or becomes, a file that is replaced whole.
  public let isRegular: Bool
  /// The file that symbolic links lead to.
  private let target: String
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
      throw OutputError(description: "\(path.shownPath): is a folder; a file was expected")
    }
    mode = exists ? status.st_mode & 0o777 : OutputFile.newMode
    isRegular = !exists || status.st_mode & S_IFMT == S_IFREG
    if exists && access(path, W_OK) != 0 { throw OutputFile.error(path) }
    guard isRegular else { return }
    guard let probe = TemporaryFile(beside: target) else { throw OutputFile.error(path) }
    probe.discard()
  }

  /// What the process's mask leaves of the permissions of a new file.
  private static var newMode: mode_t {
    let mask = umask(0)
    umask(mask)
    return 0o666 & ~mask
  }

  /// Replaces the whole file, or leaves it as it was.
  public func write(_ text: String) throws(OutputError) { try write(Array(text.utf8)) }

  /// Likewise.
  public func write(_ bytes: [UInt8]) throws(OutputError) {
    guard isRegular else { return try writeStraight(bytes) }
    guard let temporary = TemporaryFile(beside: target) else { throw OutputFile.error(path) }
    guard temporary.write(bytes, mode: mode), temporary.move(to: target) else {
      let failure = OutputFile.error(path)
      temporary.discard()
      throw failure
    }
  }

  /// To a device or a pipe.
  private func writeStraight(_ bytes: [UInt8]) throws(OutputError) {
    // Of a pipe, this waits for a reader; a signal ends the wait.
    let file = open(target, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { throw OutputFile.error(path) }
    let isWritten = writeAll(bytes, to: file)
    let failure = OutputFile.error(path)
    guard close(file) == 0, isWritten else { throw isWritten ? OutputFile.error(path) : failure }
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
    OutputError(
      description: "\(path.shownPath): cannot be written: \(String(cString: strerror(errno)))")
  }
}
