/// A pool's window at one output position, along one axis.
public struct PoolWindow: Sendable, Hashable {
  /// Position of its first tap inside the image; taps are `dilation` apart.
  public let first: Int
  /// Taps inside the image.
  public let count: Int
  /// Taps that the mean is divided by: those inside, or also those in the padding that was asked for.
  public let divisor: Int
}

extension Pool2D {
  /// The windows of every output row and every output column.
  /// - Precondition: the pool has an output for these extents.
  public func windows(height: Int, width: Int) -> (rows: [PoolWindow], columns: [PoolWindow]) {
    (axes.h.windows(height, countPadding: countPadding), axes.w.windows(width, countPadding: countPadding))
  }

  var axes: (h: PoolAxis, w: PoolAxis) {
    func axis(_ extent: KeyPath<Pair, Int>, before: Int, after: Int) -> PoolAxis {
      PoolAxis(
        window: window[keyPath: extent], stride: stride[keyPath: extent], before: before, after: after,
        dilation: dilation[keyPath: extent], ceilMode: ceilMode)
    }
    return (
      axis(\.h, before: padding.top, after: padding.bottom),
      axis(\.w, before: padding.left, after: padding.right)
    )
  }
}

/// What a pool does along one axis.
struct PoolAxis {
  let window: Int
  let stride: Int
  /// Padding before and after the image.
  let before: Int
  let after: Int
  let dilation: Int
  let ceilMode: Bool

  /// Output positions, nil if the window does not fit.
  func outputs(_ size: Int) -> Int? {
    // Rounding up gives one output even to a window that is larger than the padded image by less than a stride.
    let span = size + before + after - dilation * (window - 1) - 1 + (ceilMode ? stride - 1 : 0)
    guard span >= 0 else { return nil }
    let outputs = span / stride + 1
    return ceilMode && (outputs - 1) * stride >= size + before ? outputs - 1 : outputs
  }

  func windows(_ size: Int, countPadding: Bool) -> [PoolWindow] {
    guard let outputs = outputs(size) else { preconditionFailure("a window of \(window) in \(size)") }
    return (0..<outputs).map { self.window(at: $0, size, countPadding: countPadding) }
  }

  /// Whether some window has no tap inside the image: they lie in the padding, before and after it.
  func missesImage(_ size: Int) -> Bool {
    (0..<(outputs(size) ?? 0)).contains { window(at: $0, size, countPadding: false).count == 0 }
  }

  private func window(at index: Int, _ size: Int, countPadding: Bool) -> PoolWindow {
    let start = index * stride - before
    let (first, end) = (taps(from: start, before: 0), taps(from: start, before: size))
    return PoolWindow(
      first: start + first * dilation, count: end - first,
      divisor: countPadding ? taps(from: start, before: size + after) : end - first)
  }

  /// Taps at `start`, `start + dilation`, … that lie before `end`.
  private func taps(from start: Int, before end: Int) -> Int {
    min(window, max(0, (end - start + dilation - 1) / dilation))
  }
}
