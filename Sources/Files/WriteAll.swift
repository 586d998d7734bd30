import Glibc

/// Writes a text whole, however often the system interrupts or takes a part.
/// - Returns: whether all of it is written; else `errno` tells why not.
public func writeAll(_ text: String, to file: Int32) -> Bool { writeAll(Array(text.utf8), to: file) }

/// Writes bytes whole, likewise.
public func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
  bytes.withUnsafeBytes { writeAll($0, to: file) }
}

/// Writes the bytes of somebody's memory whole, likewise.
public func writeAll(_ bytes: UnsafeRawBufferPointer, to file: Int32) -> Bool {
  var written = 0
  while written < bytes.count {
    let count = Glibc.write(file, bytes.baseAddress?.advanced(by: written), bytes.count - written)
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return false }
    written += count
  }
  return true
}
