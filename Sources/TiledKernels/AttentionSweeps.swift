import Kernels
import MicroKernelAPI
import Models
import Operators
import Tensors

/// The sweeps that fused attention is made of, on one image; each is a region.
struct AttentionSweeps: Sendable {
  let shape: Shape
  let micro: MicroKernels

  /// Pixels per tile of the sweeps over channels: a multiple of every vector, long enough to stream.
  static let pixelSpan = 256

  private var planes: Int { shape.c }
  private var pixels: Int { shape.plane }

  /// `out = (x · channel gate) · pixel gate`, the products in the other order if the pixel gate came first.
  func apply(
    _ image: UnsafePointer<Float>, channelGates: UnsafePointer<Float>?, pixelGates: UnsafePointer<Float>?,
    pixelFirst: Bool, into target: UnsafeMutablePointer<Float>
  ) -> Region {
    Region("apply gates", tiles: planes) { c, _ in
      var work = Gate(input: image + c * pixels, output: target + c * pixels)
      work.count = pixels
      work.gate = channelGates?[c] ?? 1
      work.gates = pixelGates
      work.pixelFirst = pixelFirst
      micro.gate(&work)
    }
  }

  /// Mean and maximum of every plane, as columns side by side: `[C][columns]`.
  func planeColumns(
    _ image: UnsafePointer<Float>, gates: UnsafePointer<Float>?, pools: ChannelGate.Pools,
    into columns: UnsafeMutablePointer<Float>
  ) -> Region {
    let width = pools == .both ? 2 : 1
    return Region("pool planes", tiles: planes) { c, _ in
      var work = PlaneStatistics(input: image + c * pixels)
      work.gates = gates
      work.count = pixels
      work.divisor = Float(pixels)
      if pools != .max { work.sumTarget = columns + c * width }
      if pools != .avg { work.maximumTarget = columns + (c * width + width - 1) }
      micro.planeStatistics(&work)
    }
  }

  /// Maximum and mean over channels of every pixel: two maps.
  func pixelMaps(
    _ image: UnsafePointer<Float>, gates: UnsafePointer<Float>?, into maps: UnsafeMutablePointer<Float>
  ) -> Region {
    let span = AttentionSweeps.pixelSpan
    return Region("pool pixels", tiles: ceilDivide(pixels, span)) { tile, _ in
      let first = tile * span
      var work = PixelStatistics(input: image + first, maximum: maps + first, mean: maps + (pixels + first))
      work.channels = planes
      work.channelStride = pixels
      work.gates = gates
      work.count = min(span, pixels - first)
      micro.pixelStatistics(&work)
    }
  }
}

/// The MLP of a channel gate: columns to one gate per channel.
struct FusedChannelGate: Sendable {
  let pools: ChannelGate.Pools
  private let first: DenseLayer
  private let second: DenseLayer
  private let micro: MicroKernels

  /// - Parameter weights: of the `BottleneckMLP`.
  init(
    _ pools: ChannelGate.Pools, mlp: BottleneckMLP, channels: Int, _ weights: Weights<Float>,
    _ micro: MicroKernels
  ) {
    self.pools = pools
    self.micro = micro
    first = DenseLayer(
      Dense(out: mlp.hidden, bias: mlp.bias, activation: .relu), features: channels, weights.scoped("fc1"),
      micro)
    second = DenseLayer(
      Dense(out: channels, bias: mlp.bias), features: mlp.hidden, weights.scoped("fc2"), micro)
  }

  private var columns: Int { pools == .both ? 2 : 1 }

  /// Columns, hidden layer, logits and gates.
  var workspace: Int { (2 * columns + 1) * second.outputs + columns * first.outputs }

  func columns(_ workspace: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> { workspace }

  func gates(_ workspace: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
    workspace + (2 * columns * second.outputs + columns * first.outputs)
  }

  /// From the columns in the workspace to the gates there.
  func regions(_ workspace: UnsafeMutablePointer<Float>) -> [Region] {
    let (channels, width) = (second.outputs, columns)
    let hidden = workspace + width * channels
    let logits = hidden + width * first.outputs
    let gates = gates(workspace)
    return [
      Region("mlp 1", tiles: first.blocks) { block, _ in
        first.run(block, workspace, columns: width, into: hidden, channelStride: width, columnStride: 1)
      },
      Region("mlp 2", tiles: second.blocks) { block, _ in
        second.run(block, hidden, columns: width, into: logits, channelStride: width, columnStride: 1)
        let range = second.range(block)
        for c in range { gates[c] = width == 2 ? logits[2 * c] + logits[2 * c + 1] : logits[c] }
        var work = Elementwise(
          .sigmoid, input: gates + range.lowerBound, output: gates + range.lowerBound, count: range.count)
        micro.elementwise(&work)
      },
    ]
  }
}

/// The convolution of a spatial gate with its batch norm and sigmoid: two maps to one gate per pixel.
struct FusedSpatialGate: Sendable {
  private let pixels: Int
  private let canvas: Canvas
  private let weights: PackedWeights
  private let taps: Constants<Int>
  private let width: Int
  private let rows: Partition
  private let micro: MicroKernels

  /// - Parameter weights: of the `SpatialGate`.
  init(_ gate: SpatialGate, _ shape: Shape, _ weights: Weights<Float>, _ micro: MicroKernels) {
    let conv = Conv2D(out: 1, kernel: Pair(gate.kernel), padding: Pair(gate.kernel / 2), bias: false)
    let maps = Shape(1, 2, shape.h, shape.w)
    canvas = Canvas(conv, input: maps, output: Shape(1, 1, shape.h, shape.w), slack: 4 * micro.lanes)
    self.weights = PackedWeights(
      weight: weights.scoped("conv")["weight"].pointer, bias: nil, outputs: 1, groups: 1,
      depth: 2 * gate.kernel * gate.kernel, block: 1,
      batchNorm: foldedBatchNorm(weights.scoped("bn"), channels: 1))
    taps = Constants(canvas.taps)
    width = shape.w
    pixels = shape.plane
    rows = Partition(count: shape.h, parts: ceilDivide(shape.h, 4))
    self.micro = micro
  }

  /// Two maps, their canvases, the gates.
  var workspace: Int { 3 * pixels + 2 * canvas.plane }

  func maps(_ workspace: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> { workspace }

  func gates(_ workspace: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
    workspace + 2 * pixels
  }

  /// From the maps in the workspace to the gates there.
  func regions(_ workspace: UnsafeMutablePointer<Float>) -> [Region] {
    let gates = gates(workspace)
    let canvases = gates + pixels
    return [
      Region("pad maps", tiles: 2) { map, _ in
        canvas.draw(workspace + map * pixels, into: canvases + map * canvas.plane)
      },
      Region("spatial convolution", tiles: rows.parts) { tile, _ in
        var row = ConvRow(
          input: canvases, taps: taps.pointer, weights: weights.weights(0, 0), bias: weights.bias(0, 0),
          output: gates)
        row.channels = 2
        row.channelStride = canvas.plane
        row.tapCount = taps.count
        row.width = width
        for y in rows[tile] {
          row.input = UnsafePointer(canvases) + canvas.row(y)
          row.output = gates + y * width
          micro.convRow(&row)
        }
        let (first, count) = (rows[tile].lowerBound * width, rows[tile].count * width)
        var work = Elementwise(.sigmoid, input: gates + first, output: gates + first, count: count)
        micro.elementwise(&work)
      },
    ]
  }
}
