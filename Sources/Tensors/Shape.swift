import PlainText

/// Extents of a dense tensor, outermost first; rank 0 to 8. Rank 4 is N×C×H×W. An extent may be 0: an empty list of boxes is a
/// value.
public struct Shape: Hashable, Sendable {
  /// Outermost first.
  public let extents: [Int]

  /// - Precondition: at most 8 extents, none negative, whose product without zeros fits an `Int`.
  public init(_ extents: [Int]) {
    precondition(extents.count <= 8, "rank \(extents.count) is above 8")
    precondition(extents.allSatisfy { $0 >= 0 }, "extents \(extents) must not be negative")
    // The product is used, or the optimiser would drop the check together with the multiplication.
    precondition((Shape.product(extents) ?? 0) > 0, "extents \(extents) overflow")
    self.extents = extents
  }

  /// `Shape(1, 64, 56, 56)`.
  public init(_ extents: Int...) { self.init(extents) }

  /// The product of all extents but zeros, or nil if it does not fit.
  static func product(_ extents: [Int]) -> Int? {
    var total = 1
    for extent in extents where extent != 0 {
      let (next, overflow) = total.multipliedReportingOverflow(by: extent)
      if overflow { return nil }
      total = next
    }
    return total
  }

  /// How many extents there are.
  public var rank: Int { extents.count }

  /// Number of elements.
  public var count: Int { extents.reduce(1, *) }

  /// Whether there are no elements.
  public var isEmpty: Bool { extents.contains(0) }

  /// Images; 1 where there is no such extent, like the next three.
  public var n: Int { rank > 0 ? extents[0] : 1 }
  /// Channels.
  public var c: Int { rank > 1 ? extents[1] : 1 }
  /// Rows.
  public var h: Int { rank > 2 ? extents[2] : 1 }
  /// Pixels of a row.
  public var w: Int { rank > 3 ? extents[3] : 1 }

  /// Elements of one channel of one image: everything after the first two extents.
  public var plane: Int { extents.dropFirst(2).reduce(1, *) }
}

extension Shape: CustomStringConvertible {
  /// `1x64x56x56`.
  public var description: String { extents.map(String.init).joined(separator: "x") }
}

/// Why a text is no shape: found and expected, without the place.
public struct ShapeTextError: Error, Equatable, CustomStringConvertible {
  /// One sentence without the place.
  public let description: String
}

extension Shape {
  /// Largest number of elements that a text may ask for: 2⁴⁰ floats are 4 TiB.
  public static let largestCount = 1 << 40

  /// Reads `1x64x56x56`.
  /// - Parameter minimum: the smallest extent that is accepted, 0 or 1.
  public init(text: some StringProtocol, minimum: Int = 1) throws(ShapeTextError) {
    var extents: [Int] = []
    for part in text.split(separator: "x", omittingEmptySubsequences: false) {
      guard part.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == "-") }), let extent = Int(part) else {
        throw ShapeTextError(description: "'\(text.shown)' is not a shape such as 1x64x56x56")
      }
      guard extent >= minimum else {
        throw ShapeTextError(
          description: "extent \(extent) in '\(text.shown)' must be at least \(minimum)")
      }
      extents.append(extent)
    }
    guard extents.count <= 8 else {
      throw ShapeTextError(
        description: "'\(text.shown)' has \(extents.count) extents; at most 8 are possible")
    }
    guard let count = Shape.product(extents), count <= Shape.largestCount else {
      throw ShapeTextError(description: "'\(text.shown)' has more than 2^40 elements")
    }
    self.init(extents)
  }
}
