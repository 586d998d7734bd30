import Tensors

/// Values that a graph brings along: initialisers, tables of indices. Not learned, so that they count in no cost.
public struct Constant: Sendable, Hashable {
  /// Row-major.
  public enum Values: Sendable, Hashable {
    /// Single precision: scales, anchors.
    case float32([Float])
    /// Double precision.
    case float64([Double])
    /// Indices and shapes, as ONNX has them.
    case int64([Int64])
    /// Indices in half the memory.
    case int32([Int32])
    /// Masks.
    case bool([Bool])
    /// Pixels and quantised values.
    case uint8([UInt8])
  }

  /// Extents of the array.
  public let shape: Shape
  /// As many as the shape has elements.
  public let values: Values

  /// - Precondition: as many values as the shape has elements.
  public init(_ shape: Shape, _ values: Values) {
    precondition(values.count == shape.count, "\(values.count) values for shape \(shape) of \(shape.count)")
    self.shape = shape
    self.values = values
  }

  /// Shape and element type.
  public var type: TensorType { TensorType(shape, values.element) }

  /// The values in memory of their own.
  public func makeTensor() throws(MemoryError) -> any AnyTensor {
    func make<T: TensorElement>(_ values: [T]) throws(MemoryError) -> any AnyTensor {
      let tensor = try Tensor<T>(shape)
      tensor.assign(values)
      return tensor
    }
    return switch values {
    case .float32(let list): try make(list)
    case .float64(let list): try make(list)
    case .int64(let list): try make(list)
    case .int32(let list): try make(list)
    case .bool(let list): try make(list)
    case .uint8(let list): try make(list)
    }
  }
}

extension Constant.Values {
  /// How many there are.
  public var count: Int {
    switch self {
    case .float32(let list): list.count
    case .float64(let list): list.count
    case .int64(let list): list.count
    case .int32(let list): list.count
    case .bool(let list): list.count
    case .uint8(let list): list.count
    }
  }

  /// What they are.
  public var element: ElementType {
    switch self {
    case .float32: .float32
    case .float64: .float64
    case .int64: .int64
    case .int32: .int32
    case .bool: .bool
    case .uint8: .uint8
    }
  }
}
