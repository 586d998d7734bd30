import Kernels
import MicroKernelAPI
import Models
import Operators
import Tensors

/// Gates of channels: pools of every plane, dense layers one after the other, and an activation.
///
/// It is told which nodes of the module's graph compute what: weights and rates in profiles are found by their names.
struct FusedChannelGate: FusedGate {
  /// A dense layer that every pool's column passes.
  struct Layer {
    let dense: Dense
    /// One node for each pool; the first has the weights, which the others share.
    let nodes: [String]
  }

  let factors = GateFactors.channels
  let mostPixelsTogether = Int.max
  private let pools: ChannelGate.Pools
  private let layers: [DenseLayer]
  private let gate: Activation
  /// What the regions compute.
  private let nodes: (pools: [String], layers: [[String]], gates: [String])
  private let channels: Int
  private let micro: MicroKernels

  /// - Parameters:
  ///   - poolNodes: nodes that pool the planes, one for each pool.
  ///   - layers: from a mean or maximum of each channel to a logit of each channel.
  ///   - gateNodes: nodes after the layers: what adds up the logits of two pools, and the activation.
  ///   - node: of the task's operator, whose graph has all these nodes; empty: they are the operator's own.
  /// - Precondition: the last layer has an output for each channel.
  init(
    _ pools: ChannelGate.Pools, at poolNodes: [String], _ layers: [Layer], _ gate: Activation,
    at gateNodes: [String], of node: String = "", _ task: KernelTask
  ) throws {
    let (channels, weights) = (task.inputs[0].c, task.weights.scoped(node))
    precondition(
      layers.last?.dense.outputs == channels,
      "\(task.op.text): layers of \(layers.map(\.dense.outputs)) outputs for gates of \(channels) channels")
    let features = [channels] + layers.map(\.dense.outputs)
    self.layers = try zip(layers, features).map { layer, features in
      try DenseLayer(layer.dense, features: features, weights.scoped(layer.nodes[0]), task.micro)
    }
    nodes = (poolNodes, layers.map(\.nodes), gateNodes)
    (self.pools, self.gate, self.channels, micro) = (pools, gate, channels, task.micro)
  }

  /// - Parameter node: of the task's operator, that computes the gate.
  init(_ gate: ChannelGate, _ task: KernelTask, at node: String) throws {
    let channels = task.inputs[0].c
    let (poolNodes, mlpNodes) =
      switch gate.pools {
      case .both: (["avg-pool", "max-pool"], ["mlp", "mlp-max"])
      case .avg: (["avg-pool"], ["mlp"])
      case .max: (["max-pool"], ["mlp"])
      }
    try self.init(
      gate.pools, at: poolNodes, gate.mlp(channels).layers(channels, at: mlpNodes), .sigmoid,
      at: gate.pools == .both ? ["add", "sigmoid"] : ["sigmoid"], of: node, task)
  }

  var packed: [PackedMemory] { layers.map(\.packed) }

  private var perImage: Int { pools == .both ? 2 : 1 }

  /// Outputs of all layers but the last, for one column.
  private var hidden: Int { layers.dropLast().reduce(0) { $0 + $1.outputs } }

  /// Columns, hidden layers, logits and gates.
  func workspace(images: Int) -> Int { images * ((2 * perImage + 1) * channels + perImage * hidden) }

  func gates(_ workspace: UnsafeMutablePointer<Float>, images: Int) -> UnsafeMutablePointer<Float> {
    workspace + images * perImage * (2 * channels + hidden)
  }

  func regions(
    _ images: GatedImages, _ workspace: UnsafeMutablePointer<Float>, _ scratch: WorkerScratch
  ) -> [Region] {
    let count = images.shape.n
    // An image's columns lie side by side, those of several images one after the other.
    let pool = PlaneSweeps(images: images, micro: micro).planeColumns(
      pools, into: workspace, columnStride: count == 1 ? 1 : count * channels, scratch)
    return [pool.computing(nodes.pools)]
      + regions(workspace, images: count, scratch)
  }

  /// From the columns in the workspace to the gates there.
  private func regions(
    _ workspace: UnsafeMutablePointer<Float>, images: Int, _ scratch: WorkerScratch
  ) -> [Region] {
    let (isOne, width) = (images == 1, images * perImage)
    // Several images: their columns are turned, and what they leave behind takes the logits.
    let other = workspace + width * (channels + hidden)
    let (columns, logits) = isOne ? (workspace, other) : (other, workspace)
    let gates = gates(workspace, images: images)
    var regions = isOne ? [] : [turn(workspace, images: images, into: columns)]
    var (source, next) = (columns, workspace + width * channels)
    for (number, layer) in layers.dropLast().enumerated() {
      let (input, output) = (source, next)
      regions.append(
        Region("mlp \(number + 1)", tiles: layer.blocks) { block, worker in
          layer.run(
            block, input, columns: width, into: output, channelStride: width, columnStride: 1,
            scratch[worker])
        }.computing(nodes.layers[number]))
      (source, next) = (output, output + width * layer.outputs)
    }
    let (last, input) = (layers[layers.count - 1], source)
    let logit = Region("mlp \(layers.count)", tiles: last.blocks) { block, worker in
      last.run(
        block, input, columns: width, into: logits, channelStride: 1, columnStride: channels,
        scratch[worker])
      if isOne { finish(logits, last.range(block), of: channels, into: gates) }
    }
    regions.append(logit.computing(nodes.layers[layers.count - 1] + nodes.gates))
    return isOne ? regions : regions + [finish(logits, count: images * channels, into: gates)]
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

extension BottleneckMLP {
  /// Both layers for C channels.
  /// - Parameter nodes: that compute the MLP, one for each pool.
  func layers(_ channels: Int, at nodes: [String]) -> [FusedChannelGate.Layer] {
    zip(["fc1", "fc2"], layers(channels)).map { name, dense in
      .init(dense: dense, nodes: nodes.map { "\($0).\(name)" })
    }
  }
}
