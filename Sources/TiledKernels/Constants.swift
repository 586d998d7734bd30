import Glibc
import Kernels
import Tensors

private let (smallPage, hugePage) = (4096, 2 << 20)

/// Numbers whose address stays: offsets of taps, which are computed once, and packed weights.
final class Constants<Element: Sendable>: @unchecked Sendable {
  let pointer: UnsafePointer<Element>
  let count: Int

  init(_ values: [Element]) {
    let memory = Self.memory(values.count)
    for i in values.indices { (memory + i).initialize(to: values[i]) }
    pointer = UnsafePointer(memory)
    count = values.count
  }

  private static func memory(_ count: Int) -> UnsafeMutablePointer<Element> {
    let bytes = max(count, 1) * MemoryLayout<Element>.stride
    // Lines, so that a vector of weights never straddles two; huge pages, as megabytes of weights would lie on more small ones
    // than a core can look up at once.
    let isLarge = bytes >= hugePage
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: isLarge ? hugePage : 64)
    // A hint: where the kernel has no huge pages, small ones serve.
    if isLarge { madvise(memory, bytes / smallPage * smallPage, MADV_HUGEPAGE) }
    return memory.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  var memory: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: pointer, count: count * MemoryLayout<Element>.stride)
  }

  deinit {
    UnsafeMutablePointer(mutating: pointer).deinitialize(count: count)
    pointer.deallocate()
  }
}

extension Constants<Float> {
  /// Zeros, for whoever packs weights.
  convenience init(zeros count: Int) { self.init(Array(repeating: 0, count: count)) }

  /// For what packs weights alone, which nobody reads meanwhile.
  var target: UnsafeMutablePointer<Float> { UnsafeMutablePointer(mutating: pointer) }
}

/// What a kernel makes of weights, at once, and anew where they change.
struct Packing: Sendable {
  /// The memory and what fills it.
  let packed: PackedMemory

  /// - Parameters:
  ///   - memory: what a call reads; nothing where only other packed memory is made of it.
  ///   - tiles: parts that can be filled at the same time.
  ///   - fill: fills one of them and keeps the weights that it reads.
  init(
    _ memory: [UnsafeRawBufferPointer] = [], tiles: Int = 1, fill: @escaping @Sendable (_ tile: Int) -> Void
  ) {
    let region = Region("pack weights", tiles: tiles) { tile, _ in fill(tile) }
    region.body(0..<tiles, 0)
    packed = PackedMemory(memory, packing: region)
  }
}

extension Tensor where Element: TensorElement {
  /// For weights that are read as they are.
  var unpacked: PackedMemory { PackedMemory([memory]) }
}

/// Splits `count` in `parts` ranges whose lengths differ by one at most.
struct Partition: Sendable, Hashable {
  let count: Int
  let parts: Int

  subscript(part: Int) -> Range<Int> { count * part / parts..<count * (part + 1) / parts }
}

/// ⌈a / b⌉.
func ceilDivide(_ a: Int, _ b: Int) -> Int { (a + b - 1) / b }

/// About this many tiles per region: enough to balance eight threads, few enough that claiming them costs nothing.
let desiredTiles = 32

/// Runs of rows or panels for all of which a block of weights is used before the next block.
enum NearRuns {
  /// Floats of the input that stay in a core's second cache while blocks go by.
  private static let nearInputs = 128 << 10

  /// Runs enough to balance the threads. Each reads all weights again, so that they are no shorter where weights are many.
  static func partition(_ count: Int, blocks: Int, inputs: Int, weights: Int) -> Partition {
    let fewest = ceilDivide(desiredTiles, blocks)
    let parts = weights > inputs ? fewest : max(fewest, ceilDivide(inputs, nearInputs))
    return Partition(count: count, parts: min(count, parts))
  }
}
