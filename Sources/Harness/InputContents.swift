import Kernels
import Measurement
import Operators
import Tensors
import Workloads

extension Workload {
  /// One tensor for each input, holding what the operator says that input must hold.
  /// - Parameter numbers: fills inputs of single precision that may hold any numbers.
  func filledInputs(
    _ backing: Backing, using generator: inout SplitMix64,
    numbers: (Tensor<Float>, inout SplitMix64) -> Void
  ) throws -> [any AnyTensor] {
    try inputs.indices.map { index in
      let tensor = try inputs[index].makeTensor(backing: backing)
      if inputs[index].isBounded { tensor.rows.pointee = inputs[index].shape.n / 2 }
      let content = op.content(ofInput: index, inputs)
      if content == .dense, let floats = tensor as? Tensor<Float> {
        numbers(floats, &generator)
      } else {
        content.fill(tensor, using: &generator)
      }
      return tensor
    }
  }
}

extension InputContent {
  /// Seeded values that the operator can take.
  func fill(_ tensor: any AnyTensor, using generator: inout SplitMix64) {
    let columns = tensor.shape.extents.last ?? 1
    for i in 0..<tensor.shape.count {
      tensor.set(i, to: value(tensor.element, column: i % max(1, columns), of: columns, &generator))
    }
    if case .boxes = self { orderCorners(tensor, columns) }
  }

  private func value(
    _ element: ElementType, column: Int, of columns: Int, _ generator: inout SplitMix64
  ) -> Double {
    let uniform = Double(generator.next() >> 11) * 0x1p-53
    switch self {
    case .dense:
      switch element {
      case .bool: return uniform < 0.5 ? 0 : 1
      case .uint8: return (uniform * 256).rounded(.down)
      case .int32, .int64: return (uniform * 256).rounded(.down) - 128
      case .float32, .float64: return 2 * uniform - 1
      }
    case .indices(let limit): return (uniform * Double(limit)).rounded(.down)
    case .positive: return uniform + 0x1p-10
    case .samplingGrid: return 2.2 * uniform - 1.1
    case .boxes(let height, let width, let images):
      // Five columns: the image, then the corners.
      let corner = columns == 5 ? column - 1 : column
      if corner < 0 { return (uniform * Double(images)).rounded(.down) }
      return uniform * Double(corner % 2 == 0 ? width : height)
    }
  }

  /// Makes x₁ ≤ x₂ and y₁ ≤ y₂.
  private func orderCorners(_ tensor: any AnyTensor, _ columns: Int) {
    guard columns >= 4 else { return }
    for row in stride(from: columns - 4, to: tensor.shape.count, by: columns) {
      for axis in 0..<2 {
        let (a, b) = (tensor.number(row + axis), tensor.number(row + axis + 2))
        tensor.set(row + axis, to: min(a, b))
        tensor.set(row + axis + 2, to: max(a, b))
      }
    }
  }
}
