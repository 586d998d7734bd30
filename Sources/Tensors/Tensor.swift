import Glibc

/// How the memory of a tensor ends.
public enum Backing: Sendable {
  /// Aligned to pages, to huge ones from 512 KiB.
  case aligned
  /// The byte after the last element lies on an inaccessible page; the start is aligned to the element only.
  case guarded
}

/// Memory that the machine would not give.
public struct MemoryError: Error, CustomStringConvertible {
  /// How many were asked for.
  public let bytes: Int
  /// One clause for a row or a message.
  public var description: String { "the machine did not give \(bytes) bytes of memory" }
}

/// A dense tensor that owns its memory, zeroed at first.
///
/// Sendable without locks: whoever shares a tensor between threads divides it, as kernels do with tiles.
public final class Tensor<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  /// Extents; elements lie row-major.
  public let shape: Shape
  /// The first element; valid as long as the tensor.
  public let pointer: UnsafeMutablePointer<Element>
  /// Rows that hold values: all of them, unless a kernel whose output is bounded has written fewer.
  public let rows: UnsafeMutablePointer<Int>
  private let mapping: UnsafeMutableRawPointer
  private let mappedBytes: Int

  private static var hugePage: Int { 2 << 20 }

  /// - Throws: `MemoryError` if the memory cannot be mapped.
  public init(_ shape: Shape, backing: Backing = .aligned) throws(MemoryError) {
    let bytes = shape.count * MemoryLayout<Element>.stride
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let isLarge = backing == .aligned && bytes >= Self.hugePage / 4
    let unit = isLarge ? Self.hugePage : page
    // An empty tensor has a place, too.
    let pages = max(1, (bytes + unit - 1) / unit) * unit
    // Room for the guard, or for the start to move up to a huge page.
    let extra = backing == .guarded ? page : isLarge ? Self.hugePage : 0
    let memory = mmap(nil, pages + extra, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory, memory != MAP_FAILED else { throw MemoryError(bytes: bytes) }
    var start = memory
    switch backing {
    case .guarded:
      guard mprotect(memory + pages, page, PROT_NONE) == 0 else { throw MemoryError(bytes: page) }
      start += pages - bytes
    case .aligned where isLarge:
      start = memory.alignedUp(toMultipleOf: Self.hugePage)
      // A hint: where the kernel has no huge pages, small ones serve.
      madvise(start, pages, MADV_HUGEPAGE)
    case .aligned: break
    }
    self.shape = shape
    mapping = memory
    mappedBytes = pages + extra
    rows = .allocate(capacity: 1)
    rows.initialize(to: shape.n)
    pointer = start.bindMemory(to: Element.self, capacity: shape.count)
  }

  deinit {
    munmap(mapping, mappedBytes)
    rows.deallocate()
  }

  /// Number of elements.
  public var count: Int { shape.count }

  /// All elements, valid as long as the tensor.
  public var buffer: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: pointer, count: count)
  }

  /// A copy of all elements.
  public var elements: [Element] { Array(buffer) }

  /// Replaces all elements.
  public func assign(_ values: some Sequence<Element>) {
    var i = 0
    for value in values {
      precondition(i < count, "more than \(count) values for shape \(shape)")
      pointer[i] = value
      i += 1
    }
    precondition(i == count, "\(i) values for shape \(shape) of \(count)")
  }

  /// A tensor of another element type.
  public func map<T>(_ transform: (Element) -> T) throws(MemoryError) -> Tensor<T> {
    let result = try Tensor<T>(shape)
    for i in 0..<count { result.pointer[i] = transform(pointer[i]) }
    return result
  }
}
