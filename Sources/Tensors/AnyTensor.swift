/// A tensor whose element type is known at run time only.
public protocol AnyTensor: AnyObject, Sendable {
  /// Extents; elements lie row-major.
  var shape: Shape { get }
  /// What the elements are.
  var element: ElementType { get }
  /// The first element; valid as long as the tensor.
  var address: UnsafeMutableRawPointer { get }
  /// Rows that hold values: all of them, unless a kernel whose output is bounded has written fewer.
  var rows: UnsafeMutablePointer<Int> { get }
}

extension AnyTensor {
  /// Shape and element type.
  public var type: TensorType { TensorType(shape, element) }

  /// Its memory, valid as long as the tensor.
  public var memory: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: address, count: shape.count * element.bytes)
  }
}

extension AnyTensor {
  /// An element as a number; truth values are 0 and 1.
  public func number(_ index: Int) -> Double {
    let at = address + index * element.bytes
    return switch element {
    case .float32: Double(at.load(as: Float.self))
    case .float64: at.load(as: Double.self)
    case .int64: Double(at.load(as: Int64.self))
    case .int32: Double(at.load(as: Int32.self))
    case .bool: at.load(as: UInt8.self) == 0 ? 0 : 1
    case .uint8: Double(at.load(as: UInt8.self))
    }
  }
}

extension AnyTensor {
  /// Replaces an element; whole numbers are cut off, anything but 0 is true.
  public func set(_ index: Int, to value: Double) {
    let at = address + index * element.bytes
    switch element {
    case .float32: at.storeBytes(of: Float(value), as: Float.self)
    case .float64: at.storeBytes(of: value, as: Double.self)
    case .int64: at.storeBytes(of: Int64(value), as: Int64.self)
    case .int32: at.storeBytes(of: Int32(value), as: Int32.self)
    case .bool: at.storeBytes(of: value != 0, as: Bool.self)
    case .uint8: at.storeBytes(of: UInt8(value), as: UInt8.self)
    }
  }
}

extension Tensor: AnyTensor where Element: TensorElement {
  /// The element type that `Element` stands for.
  public var element: ElementType { Element.elementType }
  /// `pointer` without its type.
  public var address: UnsafeMutableRawPointer { UnsafeMutableRawPointer(pointer) }
}

extension TensorType {
  /// A tensor of this type, all zero.
  public func makeTensor(backing: Backing = .aligned) throws(MemoryError) -> any AnyTensor {
    func make<T: TensorElement>(_: T.Type) throws(MemoryError) -> any AnyTensor {
      try Tensor<T>(shape, backing: backing)
    }
    return try make(element.swiftType)
  }
}
