import Tensors

/// Where one tensor of a call lies.
public struct Place {
  /// The first element.
  public let address: UnsafeMutableRawPointer
  /// Rows that hold values, for a bounded tensor; the kernel that computes it writes them.
  public let rows: UnsafeMutablePointer<Int>?

  /// Memory stays the caller's.
  public init(_ address: UnsafeMutableRawPointer, rows: UnsafeMutablePointer<Int>? = nil) {
    self.address = address
    self.rows = rows
  }

  /// A tensor's memory; valid as long as the tensor.
  public init(_ tensor: any AnyTensor) { self.init(tensor.address, rows: tensor.rows) }
}

/// The memory of one call: dense tensors, each of its operator's type and of the form's layout.
public struct CallMemory {
  /// The operator's inputs, then the residual if there is one.
  public let inputs: InputPlaces
  /// Where the results go; not read.
  public let outputs: OutputPlaces
  /// Scratch memory of `Prepared.workspace(threads:)` floats; its contents are undefined before and after.
  public let workspace: UnsafeMutablePointer<Float>

  /// Memory stays the caller's.
  public init(inputs: [Place], outputs: [Place], workspace: UnsafeMutablePointer<Float>) {
    self.inputs = InputPlaces(places: inputs)
    self.outputs = OutputPlaces(places: outputs)
    self.workspace = workspace
  }

  /// Tensors of single precision.
  public init(
    inputs: [UnsafePointer<Float>], outputs: [UnsafeMutablePointer<Float>],
    workspace: UnsafeMutablePointer<Float>
  ) {
    self.init(
      inputs: inputs.map { Place(UnsafeMutableRawPointer(mutating: $0)) },
      outputs: outputs.map { Place(UnsafeMutableRawPointer($0)) }, workspace: workspace)
  }
}

/// The inputs of a call by number.
public struct InputPlaces {
  /// One for each input.
  public let places: [Place]

  /// How many there are.
  public var count: Int { places.count }

  /// Elements of single precision.
  public subscript(index: Int) -> UnsafePointer<Float> { self[index, as: Float.self] }

  /// Elements of another type.
  public subscript<T: TensorElement>(index: Int, as type: T.Type) -> UnsafePointer<T> {
    UnsafePointer(places[index].address.assumingMemoryBound(to: type))
  }
}

/// The outputs of a call by number.
public struct OutputPlaces {
  /// One for each output.
  public let places: [Place]

  /// How many there are.
  public var count: Int { places.count }

  /// Elements of single precision.
  public subscript(index: Int) -> UnsafeMutablePointer<Float> { self[index, as: Float.self] }

  /// Elements of another type.
  public subscript<T: TensorElement>(index: Int, as type: T.Type) -> UnsafeMutablePointer<T> {
    places[index].address.assumingMemoryBound(to: type)
  }
}
