import Kernels
import MicroKernelAPI
import Tensors

/// Instruction sets of this machine.
let availableISAs = ISA.allCases.filter(\.isAvailable)

/// The memory of one call of a micro-kernel: each piece ends at a page that nobody may touch.
///
/// Values are small integers, and so are sums of their products: they are exact in every order, with and without FMA, and results
/// are compared for equality.
final class TestMemory {
  /// What outputs hold before the call.
  static let untouched: Float = -99_999

  private var floats: [Tensor<Float>] = []
  private var integers: [Tensor<Int>] = []

  /// Integers from −4 to 4.
  func values(_ count: Int, seed: Int = 1) throws -> UnsafeMutablePointer<Float> {
    let piece = try piece(count)
    for i in 0..<count { piece[i] = Float((i * 7 + i / 5 * 3 + seed * 11) % 9 - 4) }
    return piece
  }

  /// Memory for results.
  func output(_ count: Int) throws -> UnsafeMutablePointer<Float> { try filled(count, with: Self.untouched) }

  /// Scratch memory, whose contents must not matter.
  func scratch(_ count: Int) throws -> UnsafeMutablePointer<Float> { try filled(count, with: .nan) }

  func filled(_ count: Int, with value: Float) throws -> UnsafeMutablePointer<Float> {
    let piece = try piece(count)
    piece.update(repeating: value, count: count)
    return piece
  }

  func numbers(_ values: [Int]) throws -> UnsafePointer<Int> {
    let tensor = try Tensor<Int>(Shape(max(values.count, 1)), backing: .guarded)
    tensor.assign(values)
    integers.append(tensor)
    return UnsafePointer(tensor.pointer)
  }

  func floats(_ values: [Float]) throws -> UnsafePointer<Float> {
    let piece = try piece(values.count)
    for i in values.indices { piece[i] = values[i] }
    return UnsafePointer(piece)
  }

  private func piece(_ count: Int) throws -> UnsafeMutablePointer<Float> {
    let tensor = try Tensor<Float>(Shape(max(count, 1)), backing: .guarded)
    floats.append(tensor)
    return tensor.pointer
  }

  /// Runs a call, and gives what is then at `output`.
  func result<Call: MicroKernelCall>(
    of call: Call, _ isa: ISA, at output: UnsafeMutablePointer<Float>, _ count: Int
  ) -> [Float] {
    var call = call
    return withExtendedLifetime(self) {
      isa.microKernels.run(&call)
      return (0..<count).map { output[$0] }
    }
  }
}

extension [Float] {
  /// Equal, a NaN being equal to a NaN.
  func matches(_ other: [Float]) -> Bool {
    count == other.count && zip(self, other).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
  }
}

/// Lengths around whole vectors and the steps of unrolled loops.
func awkwardLengths(_ isa: ISA) -> [Int] {
  let lanes = isa.microKernels.lanes
  return Set([
    0, 1, 2, 3, 4, 5, lanes - 1, lanes, lanes + 1, 2 * lanes, 4 * lanes - 1, 4 * lanes, 5 * lanes + 3,
  ])
  .sorted()
}

/// ReLU, if it is asked for, after a residual.
func finished(_ sum: Float, _ residual: Float?, relu: Bool) -> Float {
  let all = sum + (residual ?? 0)
  return relu && all < 0 ? 0 : all
}
