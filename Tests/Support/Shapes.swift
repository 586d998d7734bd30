import Kernels
import Operators
import Tensors

// Most tests speak of single precision only: shapes stand for types of it.

extension Operator {
  /// Shapes of the outputs.
  public func outputs(_ shapes: [Shape]) throws(OperatorError) -> [Shape] {
    try outputs(shapes.map { TensorType($0) }).map(\.shape)
  }

  /// Shape of the only output.
  public func output(_ shapes: [Shape]) throws(OperatorError) -> Shape {
    try output(shapes.map { TensorType($0) }).shape
  }

  /// Weights for inputs of these shapes.
  public func weights(_ shapes: [Shape]) throws(OperatorError) -> [Weight] {
    try weights(shapes.map { TensorType($0) })
  }

  /// Cost on inputs of these shapes.
  public func cost(_ shapes: [Shape]) throws(OperatorError) -> Cost {
    try cost(shapes.map { TensorType($0) })
  }

  /// Primitives on inputs of these shapes.
  public func stages(_ shapes: [Shape]) throws(OperatorError) -> Stages {
    try stages(shapes.map { TensorType($0) })
  }
}

extension Catalogue {
  /// Kernels for inputs of these shapes, the fastest first.
  public func variants(_ op: any Operator, _ shapes: [Shape], isa: ISA) -> [any Kernel] {
    choices(op, shapes, isa: isa).map(\.kernel)
  }

  /// The same with their forms.
  public func choices(_ op: any Operator, _ shapes: [Shape], isa: ISA) -> [Choice] {
    choices(op, shapes.map { TensorType($0) }, isa: isa)
  }

  /// The fastest of them.
  public func best(_ op: any Operator, _ shapes: [Shape], isa: ISA) -> Choice? {
    best(op, shapes.map { TensorType($0) }, isa: isa)
  }
}

extension KernelTask {
  /// A task on inputs of these shapes.
  public init(
    _ op: any Operator, _ shapes: [Shape], weights: Weights<Float>, isa: ISA, fusion: Fusion = Fusion()
  ) {
    self.init(op, shapes.map { TensorType($0) }, weights: weights, isa: isa, fusion: fusion)
  }
}
