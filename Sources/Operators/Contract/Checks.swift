import Tensors

/// The only input, which must be N×C×H×W in single precision.
func images(_ inputs: [TensorType], _ keyword: String) throws(OperatorError) -> TensorType {
  guard inputs.count == 1 else { throw OperatorError("\(keyword) takes 1 input, not \(inputs.count)") }
  guard inputs[0].rank == 4 else {
    throw OperatorError("\(keyword) takes N×C×H×W, not the shape \(inputs[0])")
  }
  try checkNumbers(inputs, keyword)
  return inputs[0]
}

/// Refuses what is empty, bounded or not single precision.
func checkNumbers(_ inputs: [TensorType], _ keyword: String) throws(OperatorError) {
  for input in inputs where input.element != .float32 || input.isBounded || input.shape.isEmpty {
    throw OperatorError("\(keyword) takes float32 of a known, positive number of elements, not \(input)")
  }
}

/// A programmer's slip in a window of a convolution or pool.
/// - Precondition: `kernel`, `stride` and `dilation` are positive, no side of `padding` is negative.
func requireWindow(_ kernel: Pair, stride: Pair, padding: Padding, dilation: Pair) {
  for (name, pair) in [("kernel", kernel), ("stride", stride), ("dilation", dilation)] {
    precondition(min(pair.h, pair.w) > 0, "\(name) \(pair) must be positive")
  }
  precondition(padding.least >= 0, "padding \(padding) must not be negative")
}

/// Refuses groups that do not divide the channels of a convolution.
func checkGroups(_ groups: Int, _ input: TensorType, _ outputChannels: Int) throws(OperatorError) {
  guard input.c % groups == 0 else {
    throw OperatorError("groups g=\(groups) do not divide the \(input.c) input channels of \(input)")
  }
  guard outputChannels % groups == 0 else {
    throw OperatorError("groups g=\(groups) do not divide the out=\(outputChannels) output channels")
  }
}

/// Single precision of computed extents, which may be too large.
func numbers(_ extents: [Int]) throws(OperatorError) -> TensorType { TensorType(try shape(extents)) }
/// A shape of computed extents, which may be too large.
func shape(_ extents: [Int]) throws(OperatorError) -> Shape {
  guard try product(extents) <= Shape.largestCount else {
    throw OperatorError("a tensor of \(extents.map(String.init).joined(separator: "x")) is too large")
  }
  return Shape(extents)
}

/// A product that leaves room to be doubled and summed: at most 2⁵⁶.
func product(_ factors: [Int]) throws(OperatorError) -> Int {
  var result = 1
  for factor in factors {
    let (next, overflow) = result.multipliedReportingOverflow(by: factor)
    guard !overflow, next <= 1 << 56 else {
      let text = factors.map(String.init).joined(separator: " × ")
      throw OperatorError("a count of \(text) is too large; at most 2^56 is possible")
    }
    result = next
  }
  return result
}

/// A sum of counts, which may be too large.
func sum(_ terms: [Int]) throws(OperatorError) -> Int {
  var result = 0
  for term in terms {
    let (next, overflow) = result.addingReportingOverflow(term)
    guard !overflow else { throw OperatorError("a sum of counts is too large; at most 2^63 is possible") }
    result = next
  }
  return result
}
