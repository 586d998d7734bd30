import Kernels
import MicroKernelAPI
import Models
import Operators
import Tensors

/// Gates of channels: pools of every plane, an MLP, and an activation.
struct FusedChannelGate: FusedGate {
  let factors = GateFactors.channels
  let mostPixelsTogether = Int.max
  private let pools: ChannelGate.Pools
  private let first: DenseLayer
  private let second: DenseLayer
  private let gate: Activation
  private let micro: MicroKernels

  /// - Parameter weights: of the MLP.
  init(
    _ pools: ChannelGate.Pools, _ mlp: BottleneckMLP, gate: Activation, _ task: KernelTask,
    _ weights: Weights<Float>
  ) {
    self.pools = pools
    self.gate = gate
    micro = task.micro
    let channels = task.inputs[0].c
    first = DenseLayer(
      Dense(out: mlp.hidden, bias: mlp.bias, activation: mlp.activation), features: channels,
      weights.scoped("fc1"), micro)
    second = DenseLayer(
      Dense(out: channels, bias: mlp.bias), features: mlp.hidden, weights.scoped("fc2"), micro)
  }

  /// - Parameter node: of the task's operator, that computes the gate.
  init(_ gate: ChannelGate, _ task: KernelTask, at node: String) {
    self.init(
      gate.pools, gate.mlp(task.inputs[0].c), gate: .sigmoid, task,
      task.weights.scoped(node).scoped("mlp"))
  }

  var weightMemory: [UnsafeRawBufferPointer] { first.weightMemory + second.weightMemory }

  private var channels: Int { second.outputs }
  private var perImage: Int { pools == .both ? 2 : 1 }

  /// Columns, hidden layer, logits and gates.
  func workspace(images: Int) -> Int {
    images * ((2 * perImage + 1) * channels + perImage * first.outputs)
  }

  func gates(_ workspace: UnsafeMutablePointer<Float>, images: Int) -> UnsafeMutablePointer<Float> {
    workspace + images * perImage * (2 * channels + first.outputs)
  }

  func regions(
    _ images: GatedImages, _ workspace: UnsafeMutablePointer<Float>, _ scratch: WorkerScratch
  ) -> [Region] {
    let count = images.shape.n
    // An image's columns lie side by side, those of several images one after the other.
    let pool = PlaneSweeps(images: images, micro: micro).planeColumns(
      pools, into: workspace, columnStride: count == 1 ? 1 : count * channels, scratch)
    return [pool.computing("squeeze", "avg-pool", "max-pool")]
      + regions(workspace, images: count, scratch)
  }

  /// From the columns in the workspace to the gates there.
  private func regions(
    _ workspace: UnsafeMutablePointer<Float>, images: Int, _ scratch: WorkerScratch
  ) -> [Region] {
    let (isOne, width) = (images == 1, images * perImage)
    let hidden = workspace + width * channels
    // Several images: their columns are turned, and what they leave behind takes the logits.
    let other = hidden + width * first.outputs
    let (source, logits) = isOne ? (workspace, other) : (other, workspace)
    let gates = gates(workspace, images: images)
    let layers = [
      Region("mlp 1", tiles: first.blocks) { block, worker in
        first.run(
          block, source, columns: width, into: hidden, channelStride: width, columnStride: 1,
          scratch[worker])
      }.computing("mlp.fc1", "mlp-max.fc1"),
      Region("mlp 2", tiles: second.blocks) { block, worker in
        second.run(
          block, hidden, columns: width, into: logits, channelStride: 1, columnStride: channels,
          scratch[worker])
        if isOne { finish(logits, second.range(block), of: channels, into: gates) }
      }.computing("mlp.fc2", "mlp-max.fc2", "add", "sigmoid", "hard-sigmoid"),
    ]
    if isOne { return layers }
    return [turn(workspace, images: images, into: source)] + layers + [
      finish(logits, count: images * channels, into: gates)
    ]
  }

  /// Columns of several images, the images of a channel side by side: `[C][columns]`.
  private func turn(
    _ columns: UnsafePointer<Float>, images: Int, into target: UnsafeMutablePointer<Float>
  ) -> Region {
    let run = 256
    return Region("turn columns", tiles: perImage * ceilDivide(channels, run)) { tile, _ in
      let (column, first) = (tile % perImage, tile / perImage * run)
      var work = Transpose(
        input: columns + (column * images * channels + first),
        output: target + (first * perImage + column) * images)
      (work.rows, work.inputStride) = (images, channels)
      (work.columns, work.outputStride) = (min(run, channels - first), perImage * images)
      micro.run(&work)
    }
  }

  /// The gates of several images.
  private func finish(
    _ logits: UnsafePointer<Float>, count: Int, into gates: UnsafeMutablePointer<Float>
  ) -> Region {
    let run = 4096
    return Region("gates", tiles: ceilDivide(count, run)) { tile, _ in
      finish(logits, tile * run..<min(count, (tile + 1) * run), of: count, into: gates)
    }
  }

  /// Both logits of a gate, `count` floats apart, are added, if there are two.
  private func finish(
    _ logits: UnsafePointer<Float>, _ range: Range<Int>, of count: Int,
    into gates: UnsafeMutablePointer<Float>
  ) {
    let target = gates + range.lowerBound
    var work = Elementwise(
      .add, input: logits + range.lowerBound, output: target, count: range.count)
    if perImage == 2 {
      work.second = logits + (count + range.lowerBound)
      micro.run(&work)
      work.input = UnsafePointer(target)
    }
    work.operation = gate.operation ?? .copy
    micro.run(&work)
  }
}
