import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Dense layers: the direct micro-kernel with one tap, images as pixels; or dot products, where outputs or images are few.
struct DenseLayers: Kernel {
  let name = "tiled/dense"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let dense = op as? Dense else { return .no("computes dense layers only") }
    let micro = isa.microKernels
    let cycles = min(Self.dots(dense, inputs[0], micro) ?? .infinity, Self.pixels(dense, inputs[0], micro))
    return .yes(Form(cycles: Cycles.region + cycles))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let dense = task.op as? Dense else { preconditionFailure("\(task.op.text) is not a dense layer") }
    guard Self.takesDots(dense, task) else { return try PreparedDense(dense, task) }
    let weights = PackedWeights(try FilterBank(dense, task.weights), block: 1, inLines: true, task.micro)
    return DotProducts(
      images: task.inputs[0].n, weights, activation: dense.activation, hasResidual: false, task.micro)
  }

  private static func takesDots(_ dense: Dense, _ task: KernelTask) -> Bool {
    guard let dots = dots(dense, task.inputs[0], task.micro) else { return false }
    return dots < pixels(dense, task.inputs[0], task.micro)
  }

  /// Cycles of dot products; nil where they would be shorter than a vector.
  private static func dots(_ dense: Dense, _ input: TensorType, _ micro: MicroKernels) -> Double? {
    let features = input.count / input.n
    guard features >= micro.lanes else { return nil }
    return DotProducts.cycles(pairs: input.n * dense.outputs, depth: features, micro)
  }

  /// Cycles of images as pixels, which are transposed where they are several.
  private static func pixels(_ dense: Dense, _ input: TensorType, _ micro: MicroKernels) -> Double {
    let blocks = ceilDivide(dense.outputs, micro.outputBlock)
    let tiles = ceilDivide(input.n, micro.pixelTile)
    let perPixel = micro.weightCopies > 1 ? pixel.separate : pixel.fused
    let step = max(latency, perPixel * Double(input.n) / Double(tiles))
    let transposed = input.n == 1 ? 0 : transposedValue * Double(input.count)
    return transposed + Double(blocks * tiles) * (Double(input.count / input.n) * step + call)
  }

  /// Adding a feature's product to two vectors of a pixel, where multiplying and adding are one instruction, or two.
  private static let pixel = (fused: 1.0, separate: 1.6)
  /// With few pixels each sum waits for the one before it.
  private static let latency = 4.0
  private static let call = 100.0
  private static let transposedValue = 1.5
}

private struct PreparedDense: Prepared {
  let batch: Int
  let layer: DenseLayer
  let micro: MicroKernels

  init(_ dense: Dense, _ task: KernelTask) throws {
    batch = task.inputs[0].n
    micro = task.micro
    layer = try DenseLayer(dense, features: task.inputs[0].count / batch, task.weights, micro)
  }

  var packed: [PackedMemory] { [layer.packed] }

  /// More than one image: the input transposed, so that images are neighbours.
  func workspace(threads: Int) -> Int {
    WorkerScratch.count(micro, threads: threads) + (batch == 1 ? 0 : layer.features * batch)
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let (features, outputs) = (layer.features, layer.outputs)
    let scratch = WorkerScratch(memory.workspace, micro, threads: threads)
    let compute = Region("multiply", tiles: layer.blocks) { block, worker in
      layer.run(
        block, batch == 1 ? memory.inputs[0] : UnsafePointer(scratch.rest), columns: batch,
        into: memory.outputs[0], channelStride: 1, columnStride: outputs, scratch[worker])
    }.computing("")
    if batch == 1 { return [compute] }
    let transpose = Region("transpose", tiles: ceilDivide(features, 256)) { tile, _ in
      for k in tile * 256..<min(features, (tile + 1) * 256) {
        for n in 0..<batch { scratch.rest[k * batch + n] = memory.inputs[0][n * features + k] }
      }
    }
    return [transpose, compute]
  }
}

/// A dense layer on columns `[features][columns]`, by blocks of outputs.
struct DenseLayer: Sendable {
  let features: Int
  let outputs: Int
  private let weights: PackedWeights
  private let activation: Activation
  private let micro: MicroKernels
  private let tap = Constants([0])

  init(_ dense: Dense, features: Int, _ arrays: Weights<Float>, _ micro: MicroKernels) throws {
    self.features = features
    outputs = dense.outputs
    activation = dense.activation
    self.micro = micro
    weights = PackedWeights(try FilterBank(dense, arrays), block: micro.outputBlock, micro)
  }

  var packed: PackedMemory { weights.packed }

  var blocks: Int { weights.blocksPerGroup }

  /// Outputs of a block.
  func range(_ block: Int) -> Range<Int> {
    let first = block * weights.block
    return first..<first + weights.width(block)
  }

  /// Computes one block: `out[o·channelStride + p·columnStride]` for column p; one of both strides is 1.
  ///
  /// A single column is `columns: 1, channelStride: 1, columnStride: outputs`; several that the next layer reads are
  /// `channelStride: columns, columnStride: 1`.
  func run(
    _ block: Int, _ input: UnsafePointer<Float>, columns: Int, into output: UnsafeMutablePointer<Float>,
    channelStride: Int, columnStride: Int, _ scratch: UnsafeMutablePointer<Float>
  ) {
    var tile = ConvTile(
      input: input, taps: tap.pointer, weights: weights.weights(0, block), bias: weights.bias(0, block),
      output: output, scratch: scratch)
    tile.channels = features
    tile.channelStride = columns
    tile.tapCount = 1
    tile.outputChannelStride = channelStride
    tile.outputPixelStride = columnStride
    tile.outputs = weights.width(block)
    tile.epilogue.relu = activation == .relu
    let first = range(block).lowerBound
    let parts = Partition(count: columns, parts: ceilDivide(columns, micro.pixelTile))
    for part in 0..<parts.parts {
      let pixels = parts[part]
      tile.input = input + pixels.lowerBound
      tile.pixels = pixels.count
      tile.output = output + (first * channelStride + pixels.lowerBound * columnStride)
      micro.run(&tile)
    }
    guard activation != .relu, let operation = activation.operation else { return }
    let (runs, count) = channelStride == 1 ? (columns, tile.outputs) : (tile.outputs, columns)
    for i in 0..<runs {
      let run = output + (first * channelStride + i * max(channelStride, columnStride))
      var work = Elementwise(operation, input: run, output: run, count: count)
      micro.run(&work)
    }
  }
}

extension FilterBank {
  /// The weights of a dense layer.
  /// - Throws: if they are not there.
  init(_ dense: Dense, _ arrays: Weights<Float>) throws {
    let weight = try arrays["weight"]
    self.init(
      weight: weight, bias: dense.bias ? try arrays["bias"] : nil, outputs: dense.outputs,
      depth: weight.count / dense.outputs)
  }
}
