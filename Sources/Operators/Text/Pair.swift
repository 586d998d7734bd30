/// Height and width of a window, stride or dilation.
public struct Pair: Sendable, Hashable, CustomStringConvertible {
  /// Along the rows of the image.
  public var h: Int
  /// Along its columns.
  public var w: Int
  /// Height, then width.
  public init(_ h: Int, _ w: Int) { (self.h, self.w) = (h, w) }
  /// The same for both.
  public init(_ both: Int) { self.init(both, both) }
  /// `3`, or `3x5` where they differ.
  public var description: String { h == w ? "\(h)" : "\(h)x\(w)" }
}

/// Rows and columns of zeros, or of nothing, around an image.
public struct Padding: Sendable, Hashable, CustomStringConvertible {
  /// Rows above.
  public var top: Int
  /// Columns left.
  public var left: Int
  /// Rows below.
  public var bottom: Int
  /// Columns right.
  public var right: Int

  /// Each side on its own, in the order of ONNX's `pads`.
  public init(top: Int, left: Int, bottom: Int, right: Int) {
    (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
  }

  /// Above and below, then left and right.
  public init(_ vertical: Int, _ horizontal: Int) {
    self.init(top: vertical, left: horizontal, bottom: vertical, right: horizontal)
  }

  /// The same on all sides.
  public init(_ all: Int) { self.init(all, all) }

  /// Rows above and columns left: where the image begins.
  public var before: Pair {
    get { Pair(top, left) }
    set { (top, left) = (newValue.h, newValue.w) }
  }

  /// The smallest of the four.
  public var least: Int { min(top, left, bottom, right) }

  /// Rows above and below.
  public var vertical: Int { top + bottom }
  /// Columns left and right.
  public var horizontal: Int { left + right }

  /// `1` for all sides, `1x2` for rows and columns, else `0x1x2x3`: top, left, bottom, right.
  public var description: String {
    top == bottom && left == right ? Pair(top, left).description : "\(top)x\(left)x\(bottom)x\(right)"
  }
}
