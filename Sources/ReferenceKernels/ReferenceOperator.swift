import Kernels
import Operators
import Tensors

/// A primitive that has a formula: one loop, generic over its number, which is the timed baseline, the oracle and its bound.
public protocol ReferenceOperator: Operator {
  /// What computes the outputs each time it is called.
  func step<A: ReferenceNumber>(_ memory: ReferenceMemory<A>) -> () -> Void
}

/// Memory and weights of one primitive. Tensors of single precision hold the number `A`, all others what their type says.
public struct ReferenceMemory<A: ReferenceNumber> {
  /// Type of each input.
  public let inputTypes: [TensorType]
  /// Type of each output.
  public let outputTypes: [TensorType]
  /// As the operator names them.
  let weights: Weights<Float>
  /// One for each input.
  public let inputPlaces: [Place]
  /// One for each output.
  public let outputPlaces: [Place]
  let inputShapes: [Shape]
  let outputShape: Shape

  init(
    _ stage: Stage, weights: Weights<Float>, inputs inputPlaces: [Place], outputs outputPlaces: [Place]
  ) {
    (inputTypes, outputTypes) = (stage.inputs, stage.outputs)
    (self.inputPlaces, self.outputPlaces, self.weights) = (inputPlaces, outputPlaces, weights)
    // Arrays here, since a step that made them would allocate in every call.
    inputs = inputPlaces.map { UnsafePointer($0.address.assumingMemoryBound(to: A.self)) }
    inputShapes = stage.inputs.map(\.shape)
    outputShape = stage.outputs[0].shape
  }

  /// Inputs of single precision.
  public let inputs: [UnsafePointer<A>]

  /// The first output, in single precision.
  public var output: UnsafeMutablePointer<A> { number(output: 0) }

  /// An output in single precision.
  public func number(output index: Int) -> UnsafeMutablePointer<A> {
    outputPlaces[index].address.assumingMemoryBound(to: A.self)
  }

  /// An input of another type.
  public func input<T: TensorElement>(_ index: Int, as type: T.Type) -> UnsafePointer<T> {
    UnsafePointer(inputPlaces[index].address.assumingMemoryBound(to: type))
  }

  /// An output of another type.
  public func output<T: TensorElement>(_ index: Int, as type: T.Type) -> UnsafeMutablePointer<T> {
    outputPlaces[index].address.assumingMemoryBound(to: type)
  }

  /// A weight by name.
  /// - Precondition: the operator names it; that it is there has been checked before.
  public func weight(_ name: String) -> UnsafePointer<Float> {
    do { return UnsafePointer(try weights[name].pointer) } catch { preconditionFailure("\(error)") }
  }
}
