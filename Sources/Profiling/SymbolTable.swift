import Foundation

/// The functions of an ELF file by address; local ones too, unless the file is stripped.
struct SymbolTable {
  private struct Function {
    let address: UInt64
    let size: UInt64
    let name: String
  }

  private var functions: [Function] = []
  /// Loaded pieces of the file: offset in it, size, address.
  private var segments: [(offset: UInt64, size: UInt64, address: UInt64)] = []

  /// An empty table if the file is no 64-bit ELF file of this machine's byte order.
  init(path: String) {
    // What a profile names may be anything, say a pipe that nobody writes to.
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe) else { return }
    data.withUnsafeBytes { read(ELFBytes($0)) }
  }

  /// The function that lies at an offset of the file.
  func name(offset: UInt64) -> String? {
    guard let segment = segments.first(where: { $0.offset <= offset && offset - $0.offset < $0.size }) else {
      return nil
    }
    let address = (offset - segment.offset) &+ segment.address
    var (low, high) = (0, functions.count)
    while low < high {
      let middle = (low + high) / 2
      if functions[middle].address <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let function = functions[low - 1]
    // Hand-written assembly may give no size.
    return function.size == 0 || address - function.address < function.size ? function.name : nil
  }

  private mutating func read(_ file: ELFBytes) {
    // 64-bit, little-endian, as all machines that this is built for.
    guard file.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { return }
    let (programs, sections) = (file.u64(32), file.u64(40))
    for i in 0..<UInt64(file.u16(56)) {
      let at = programs &+ i * UInt64(file.u16(54))
      // Type 1: loaded.
      if file.u32(at) == 1 { segments.append((file.u64(at &+ 8), file.u64(at &+ 32), file.u64(at &+ 16))) }
    }
    let headers = (0..<UInt64(file.u16(60))).map { sections &+ $0 * UInt64(file.u16(58)) }
    // Type 2: all symbols; type 11: those that the loader needs.
    let table = headers.first { file.u32($0 &+ 4) == 2 } ?? headers.first { file.u32($0 &+ 4) == 11 }
    guard let table, headers.indices.contains(Int(file.u32(table &+ 40))) else { return }
    let names = file.u64(headers[Int(file.u32(table &+ 40))] &+ 24)
    let start = min(file.u64(table &+ 24), file.count)
    let end = start + min(file.u64(table &+ 32), file.count - start)
    for at in stride(from: start, to: end, by: 24) {
      // Types 2 and 10: functions, the latter chosen when loaded; section 0: defined elsewhere.
      guard [2, 10].contains(file.u8(at + 4) & 15), file.u16(at + 6) != 0 else { continue }
      functions.append(
        Function(
          address: file.u64(at + 8), size: file.u64(at + 16), name: file.text(names &+ UInt64(file.u32(at)))))
    }
    functions.sort { $0.address < $1.address }
  }
}

/// Numbers in a file; zero after its end, so that a damaged file gives no names instead of a crash.
private struct ELFBytes {
  private let bytes: UnsafeRawBufferPointer
  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var count: UInt64 { UInt64(bytes.count) }

  /// Names that overlap would else take the square of the file's size.
  private static let longestName = 4096

  func starts(with magic: [UInt8]) -> Bool { bytes.starts(with: magic) }

  func u8(_ at: UInt64) -> UInt8 { load(at) }
  func u16(_ at: UInt64) -> UInt16 { load(at) }
  func u32(_ at: UInt64) -> UInt32 { load(at) }
  func u64(_ at: UInt64) -> UInt64 { load(at) }

  private func load<T: FixedWidthInteger & BitwiseCopyable>(_ at: UInt64) -> T {
    guard at < UInt64(bytes.count), bytes.count - Int(at) >= MemoryLayout<T>.size else { return 0 }
    return bytes.loadUnaligned(fromByteOffset: Int(at), as: T.self)
  }

  func text(_ at: UInt64) -> String {
    guard at < UInt64(bytes.count) else { return "" }
    return String(decoding: bytes[Int(at)...].prefix(Self.longestName).prefix { $0 != 0 }, as: UTF8.self)
  }
}
