import ReferenceKernels
import Tensors

extension Oracle {
  /// Compares the only output.
  public func compare(_ actual: Tensor<Float>) -> Agreement { compare([actual]) }

  /// Bound of the difference between this oracle's value and the same formula computed in `Double` by somebody else.
  ///
  /// The bound of an oracle is what rounding to 24 bits may do, in any order of additions. With 53 bits, every rounding
  /// error is 2⁻²⁹ of that, and with it their sum; two computations differ by the errors of both.
  public func doubleBound(_ i: Int) -> Double { 2 * bound(i) * 0x1p-29 }
}
