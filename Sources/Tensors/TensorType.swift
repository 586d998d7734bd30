/// What is known of a tensor before there is one: its shape and what its elements are.
///
/// A bounded tensor has room for `shape.extents[0]` rows. How many of them hold a value is known once it has been computed
/// (the boxes that non-maximum suppression keeps).
public struct TensorType: Hashable, Sendable {
  /// Outermost extent first.
  public let shape: Shape
  /// What every element is.
  public let element: ElementType
  /// Whether the first extent is the most rows there can be.
  public let isBounded: Bool

  /// - Precondition: a bounded tensor has rows, so its rank is 1 or more.
  public init(_ shape: Shape, _ element: ElementType = .float32, isBounded: Bool = false) {
    precondition(!isBounded || shape.rank > 0, "a bounded tensor of shape \(shape) has no rows")
    self.shape = shape
    self.element = element
    self.isBounded = isBounded
  }

  /// Single precision: `TensorType(1, 64, 56, 56)`.
  public init(_ extents: Int...) { self.init(Shape(extents)) }

  /// Bytes of all elements.
  public var bytes: Int { shape.count * element.bytes }

  /// How many extents there are.
  public var rank: Int { shape.rank }
  /// Number of elements; the most there can be, if it is bounded.
  public var count: Int { shape.count }
  /// Images; 1 where there is no such extent, like the next three.
  public var n: Int { shape.n }
  /// Channels.
  public var c: Int { shape.c }
  /// Rows.
  public var h: Int { shape.h }
  /// Pixels of a row.
  public var w: Int { shape.w }
  /// Elements of one channel of one image.
  public var plane: Int { shape.plane }
}

extension TensorType: CustomStringConvertible {
  /// `1x64x56x56`; what is not single precision says so: `100x5 of int64`, `at most 100 rows, 100x5`.
  public var description: String {
    (isBounded ? "at most \(shape.extents[0]) rows, " : "") + "\(shape)"
      + (element == .float32 ? "" : " of \(element.rawValue)")
  }
}

extension Sequence<TensorType> {
  /// `1x64x56x56 1x64x1x1`; of more than eight the first eight and how many follow, `+57`.
  public var text: String {
    let all = map(\.description)
    return (all.prefix(8) + (all.count > 8 ? ["+\(all.count - 8)"] : [])).joined(separator: " ")
  }
}
