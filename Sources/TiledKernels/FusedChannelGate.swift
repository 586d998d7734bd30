import Kernels
import MicroKernelAPI
import Models
import Operators
import Tensors

/// The MLP of a channel gate: columns to one gate per channel.
struct FusedChannelGate: Sendable {
  let pools: ChannelGate.Pools
  private let first: DenseLayer
  private let second: DenseLayer
  private let gate: Activation
  private let micro: MicroKernels

  /// - Parameter weights: of the `BottleneckMLP`.
  init(
    _ pools: ChannelGate.Pools, mlp: BottleneckMLP, gate: Activation, channels: Int,
    _ weights: Weights<Float>,
    _ micro: MicroKernels
  ) {
    self.pools = pools
    self.gate = gate
    self.micro = micro
    first = DenseLayer(
      Dense(out: mlp.hidden, bias: mlp.bias, activation: mlp.activation), features: channels,
      weights.scoped("fc1"),
      micro)
    second = DenseLayer(
      Dense(out: channels, bias: mlp.bias), features: mlp.hidden, weights.scoped("fc2"), micro)
  }

  var weightMemory: [UnsafeRawBufferPointer] { first.weightMemory + second.weightMemory }

  private var columns: Int { pools == .both ? 2 : 1 }

  /// Columns, hidden layer, logits and gates.
  var workspace: Int { (2 * columns + 1) * second.outputs + columns * first.outputs }

  func columns(_ workspace: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> { workspace }

  func gates(_ workspace: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
    workspace + (2 * columns * second.outputs + columns * first.outputs)
  }

  /// From the columns in the workspace to the gates there.
  func regions(_ workspace: UnsafeMutablePointer<Float>, _ scratch: WorkerScratch) -> [Region] {
    let (channels, width) = (second.outputs, columns)
    let hidden = workspace + width * channels
    let logits = hidden + width * first.outputs
    let gates = gates(workspace)
    return [
      Region("mlp 1", tiles: first.blocks) { block, worker in
        first.run(
          block, workspace, columns: width, into: hidden, channelStride: width, columnStride: 1,
          scratch[worker])
      }.computing("mlp.fc1", "mlp-max.fc1"),
      Region("mlp 2", tiles: second.blocks) { block, worker in
        second.run(
          block, hidden, columns: width, into: logits, channelStride: 1, columnStride: channels,
          scratch[worker])
        let range = second.range(block)
        for c in range { gates[c] = width == 2 ? logits[c] + logits[channels + c] : logits[c] }
        var work = Elementwise(
          gate.operation ?? .copy, input: gates + range.lowerBound, output: gates + range.lowerBound,
          count: range.count)
        micro.elementwise(&work)
      }.computing("mlp.fc2", "mlp-max.fc2", "add", "sigmoid", "hard-sigmoid"),
    ]
  }
}
