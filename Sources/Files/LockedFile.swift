import Glibc

/// An open file that one process at a time may write; the lock ends with this value or its process, however that ends.
///
/// A record lock of fcntl: it is not inherited by forked children and tells who holds it. Where the file system has no locks (some
/// network ones), there is none.
public final class LockedFile {
  /// Why it cannot be opened or written.
  public enum Failure: Error, Equatable {
    /// Another process holds the lock; 0: one that cannot be seen from here.
    case isHeld(by: pid_t)
    /// A system call failed with this `errno`.
    case system(Int32)
    /// It is a folder, a pipe or a device.
    case notRegular
  }

  private let file: Int32

  /// Makes a file that was not there.
  public convenience init(creating path: String) throws(Failure) {
    try self.init(open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644))
  }

  /// Opens a file.
  /// - Parameter followingLinks: whether the name may be a symbolic link.
  public convenience init(opening path: String, followingLinks: Bool) throws(Failure) {
    // Not blocking: nobody may be at the other end of a pipe.
    try self.init(open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | (followingLinks ? 0 : O_NOFOLLOW)))
  }

  private init(_ file: Int32) throws(Failure) {
    guard file >= 0 else { throw .system(errno) }
    self.file = file
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
    var lock = LockedFile.whole
    guard fcntl(file, F_SETLK, &lock) != 0, [EAGAIN, EACCES].contains(errno) else { return }
    lock = LockedFile.whole
    let isKnown = fcntl(file, F_GETLK, &lock) == 0 && Int32(lock.l_type) != F_UNLCK
    throw .isHeld(by: isKnown ? max(0, lock.l_pid) : 0)
  }

  deinit { close(file) }

  private static var whole: Glibc.flock {
    var lock = Glibc.flock()
    (lock.l_type, lock.l_whence) = (Int16(F_WRLCK), Int16(SEEK_SET))
    return lock
  }

  /// The whole content; nil: it cannot be read.
  public var content: [UInt8]? {
    guard lseek(file, 0, SEEK_SET) == 0 else { return nil }
    var (content, piece): ([UInt8], [UInt8]) = ([], [UInt8](repeating: 0, count: 1 << 16))
    while true {
      let count = read(file, &piece, piece.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return content }
      content += piece[..<count]
    }
  }

  /// Drops everything after the first bytes.
  public func cut(to bytes: Int) throws(Failure) {
    guard ftruncate(file, off_t(bytes)) == 0 else { throw .system(errno) }
  }

  /// Appends, and waits for the disk; what cannot be written whole is not written at all.
  public func append(_ text: String) throws(Failure) {
    let end = lseek(file, 0, SEEK_END)
    guard end >= 0 else { throw .system(errno) }
    guard writeAll(text, to: file), fsync(file) == 0 else {
      let failure = errno
      _ = ftruncate(file, end)
      throw .system(failure)
    }
  }
}

extension LockedFile.Failure: CustomStringConvertible {
  /// Words that follow the path.
  public var description: String {
    switch self {
    case .isHeld(let id): "a run\(id > 0 ? " with process \(id)" : "") is still running"
    case .system(let number): String(cString: strerror(number))
    case .notRegular: "is not a regular file"
    }
  }
}
