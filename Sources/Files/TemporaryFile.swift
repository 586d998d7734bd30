import Glibc

/// A new file beside the one that it is going to replace. Nobody can foresee its name, and only a file that was not there is
/// opened, so that no planted link is followed.
struct TemporaryFile {
  private let file: Int32
  private let path: String

  /// Nil: it cannot be made, `errno` tells why.
  init?(beside target: String) {
    var name = Array((target + ".part-XXXXXX").utf8CString)
    file = mkstemp(&name)
    guard file >= 0 else { return nil }
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    path = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  /// Writes the whole content to the disk.
  /// - Returns: whether that worked; else `errno` tells why not.
  func write(_ bytes: [UInt8], mode: mode_t) -> Bool {
    writeAll(bytes, to: file) && fchmod(file, mode) == 0 && fsync(file) == 0
  }

  /// Takes the place of `target`; ends the use of this value if that works.
  func move(to target: String) -> Bool {
    guard rename(path, target) == 0 else { return false }
    close(file)
    return true
  }

  /// Removes the file; ends the use of this value.
  func discard() {
    unlink(path)
    close(file)
  }
}
