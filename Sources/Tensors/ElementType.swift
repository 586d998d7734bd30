/// What a tensor's elements are.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
  /// IEEE single and double precision, signed integers, one byte of 0 or 1, one byte of 0 to 255.
  case float32, float64, int64, int32, bool, uint8

  /// Bytes of an element in memory.
  public var bytes: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .bool, .uint8: 1
    }
  }

  /// Whether its values are rounded; all others are exact.
  public var isFloatingPoint: Bool { self == .float32 || self == .float64 }
}

/// A Swift type that an `ElementType` stands for.
public protocol TensorElement: BitwiseCopyable, Sendable, Hashable {
  /// The element type whose memory this type describes.
  static var elementType: ElementType { get }
}

extension Float: TensorElement {
  /// Single precision.
  public static var elementType: ElementType { .float32 }
}

extension Double: TensorElement {
  /// Double precision.
  public static var elementType: ElementType { .float64 }
}

extension Int64: TensorElement {
  /// Eight bytes, signed.
  public static var elementType: ElementType { .int64 }
}

extension Int32: TensorElement {
  /// Four bytes, signed.
  public static var elementType: ElementType { .int32 }
}

extension Bool: TensorElement {
  /// One byte, 0 or 1.
  public static var elementType: ElementType { .bool }
}

extension UInt8: TensorElement {
  /// One byte, unsigned.
  public static var elementType: ElementType { .uint8 }
}

extension ElementType {
  /// The Swift type of its elements.
  public var swiftType: any TensorElement.Type {
    switch self {
    case .float32: Float.self
    case .float64: Double.self
    case .int64: Int64.self
    case .int32: Int32.self
    case .bool: Bool.self
    case .uint8: UInt8.self
    }
  }
}
