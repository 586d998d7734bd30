import MicroKernelAPI
import Operators
import Tensors

/// What of a module's gates a sweep of its gradient reads, and in which order.
struct SweepParts: Sendable, Hashable {
  /// Gates of pixels.
  var pixelGates = false
  /// What the gates of pixels were computed from gets: shares, tops and places.
  var pixelPools = false
  /// Gates of channels.
  var channelGates = false
  /// The gradient of the planes' means.
  var means = false
  /// That of their maxima, and where these are.
  var maxima = false

  /// How many inputs they are.
  var count: Int {
    (pixelGates ? 1 : 0) + (pixelPools ? 2 : 0) + (channelGates ? 1 : 0) + (means ? 1 : 0) + (maxima ? 2 : 0)
  }
}

/// The gradient of a pool over channels as two maps for each image: what all channels of a pixel get, and what the one with the
/// maximum gets.
/// - Shapes: `gradient` and `output` N×2×H×W.
struct PixelShares: Operator {
  let channels: Int
  var keyword: String { "pixel-shares" }

  func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] { inputs }

  func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: inputs[0].count, inputs: inputs, weights: [], outputs: inputs)
  }
}

/// A sweep over the channels of pixels: the gradient of their gates, and the channels of their maxima.
/// - Shapes: inputs are the values N×C×H×W and, for sums, the gradient of the same shape and `parts`; outputs are the sums as
///   `gates`, if asked for, and the places N×1×H×W of int32, if asked for.
struct PixelSweep: Operator {
  var gates: TensorType?
  var searches: Bool
  var parts = SweepParts()
  var keyword: String { "pixel-sweep" }
  var inputCount: Int { 1 + (gates == nil ? 0 : 1) + parts.count }

  func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    let places = TensorType(Shape(inputs[0].n, 1, inputs[0].h, inputs[0].w), .int32)
    return (gates.map { [$0] } ?? []) + (searches ? [places] : [])
  }

  func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: 2 * inputs[0].count, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }
}

/// A sweep over planes: the gradient of their gates, and the pixels of their maxima.
/// - Shapes: inputs are the values N×C×H×W, the gradient of the same shape and `parts`; outputs are the sums as `gates`, and the
///   places N×C of int32, if asked for.
struct PlaneSweep: Operator {
  var gates: TensorType
  var searches: Bool
  var parts = SweepParts()
  var keyword: String { "plane-sweep" }
  var inputCount: Int { 2 + parts.count }

  func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    [gates] + (searches ? [TensorType(Shape(inputs[0].n, inputs[0].c), .int32)] : [])
  }

  func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: 2 * inputs[0].count, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }
}

/// The last sweep: the gradient of a module's input.
/// - Shapes: inputs are the gradient N×C×H×W of the module's output and `parts`; the output is like the gradient.
struct InputSweep: Operator {
  var order: GatedGradient.Order
  var parts: SweepParts
  var keyword: String { "input-sweep" }
  var inputCount: Int { 1 + parts.count }

  func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] { [inputs[0]] }

  func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: 4 * inputs[0].count, inputs: inputs, weights: [], outputs: [inputs[0]])
  }
}
