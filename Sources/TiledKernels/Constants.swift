/// Numbers that were computed once and whose address stays: packed weights, offsets of taps.
final class Constants<Element: Sendable>: @unchecked Sendable {
  let pointer: UnsafePointer<Element>
  let count: Int

  init(_ values: [Element]) {
    // 64-byte lines, so that a vector of weights never straddles two.
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(values.count, 1) * MemoryLayout<Element>.stride, alignment: 64)
    let typed = memory.bindMemory(to: Element.self, capacity: max(values.count, 1))
    for i in values.indices { (typed + i).initialize(to: values[i]) }
    pointer = UnsafePointer(typed)
    count = values.count
  }

  var memory: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: pointer, count: count * MemoryLayout<Element>.stride)
  }

  deinit {
    UnsafeMutablePointer(mutating: pointer).deinitialize(count: count)
    pointer.deallocate()
  }
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
