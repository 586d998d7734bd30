import MicroKernelAPI

/// Windows along one axis, cut off at its ends.
struct TestWindows {
  let size: Int
  let kernel: Int
  let step: Int
  let stride: Int
  let padding: Int
  let count: Int

  init(_ size: Int, kernel: Int, step: Int = 1, stride: Int, padding: Int) {
    (self.size, self.kernel, self.step) = (size, kernel, step)
    (self.stride, self.padding) = (stride, padding)
    count = max(0, (size + 2 * padding - (kernel - 1) * step - 1) / stride + 1)
  }

  /// Where the tap of a window lies; nil outside.
  func place(_ window: Int, _ tap: Int) -> Int? {
    let at = window * stride - padding + tap * step
    return (0..<size).contains(at) ? at : nil
  }

  /// The first tap inside, and how many there are.
  private func inside(_ window: Int) -> (tap: Int, count: Int) {
    let taps = (0..<kernel).filter { place(window, $0) != nil }
    return (taps.first ?? 0, taps.count)
  }

  private func numbers(_ value: (Int) -> Int) -> [Int] { (0..<count).map(value) }

  func taps(_ memory: TestMemory) throws -> TapWindows {
    TapWindows(
      firsts: try memory.numbers(numbers { place($0, inside($0).tap) ?? 0 }),
      counts: try memory.numbers(numbers { inside($0).count }),
      taps: try memory.numbers(numbers { inside($0).tap }), step: step, count: count)
  }

  /// What a window contributes to the divisor of a mean: here any number that differs from window to window.
  func divisor(_ window: Int) -> Float { Float(window % 3 + 2) }

  func pool(_ memory: TestMemory) throws -> PoolWindows {
    var windows = PoolWindows(
      firsts: try memory.numbers(numbers { place($0, inside($0).tap) ?? 0 }),
      counts: try memory.numbers(numbers { inside($0).count }),
      divisors: try memory.floats((0..<count).map(divisor)), count: count)
    windows.step = step
    return windows
  }
}
