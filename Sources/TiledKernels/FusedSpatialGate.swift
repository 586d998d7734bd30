import Kernels
import MicroKernelAPI
import Models
import Operators
import Tensors

/// The convolution of a spatial gate with its batch norm and sigmoid: two maps to one gate per pixel.
struct FusedSpatialGate: Sendable {
  private let pixels: Int
  private let pool: PixelPool
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
      depth: 2 * gate.kernel * gate.kernel, block: 1, copies: micro.weightCopies,
      batchNorm: gate.isNormalised ? foldedBatchNorm(weights.scoped("bn"), channels: 1) : nil)
    taps = Constants(canvas.taps(channels: 2))
    width = shape.w
    pixels = shape.plane
    pool = PixelPool(Shape(1, shape.c, shape.h, shape.w), micro)
    rows = Partition(count: shape.h, parts: ceilDivide(shape.h, 4))
    self.micro = micro
  }

  var weightMemory: [UnsafeRawBufferPointer] { weights.memory }

  /// Two maps, the gates, canvases of the maps, what pooling them needs.
  var workspace: Int { 3 * pixels + 2 * canvas.plane + pool.workspace }

  func gates(_ workspace: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
    workspace + 2 * pixels
  }

  /// From the image, its channels gated first if there are gates, to one gate per pixel in the workspace.
  func regions(
    _ image: UnsafePointer<Float>, channelGates: UnsafePointer<Float>?,
    _ workspace: UnsafeMutablePointer<Float>,
    _ scratch: WorkerScratch
  ) -> [Region] {
    let gates = gates(workspace)
    let canvases = gates + pixels
    let pooling = pool.regions(
      node: "pool", image, gates: channelGates, into: workspace, workspace: canvases + 2 * canvas.plane)
    return pooling + [
      Region("pad maps", tiles: 2) { map, _ in
        canvas.draw(workspace + map * pixels, into: canvases + map * canvas.plane, micro)
      },
      Region("spatial convolution", tiles: rows.parts) { tile, worker in
        var row = ConvRow(
          input: canvases, taps: taps.pointer, weights: weights.weights(0, 0), bias: weights.bias(0, 0),
          output: gates, scratch: scratch[worker])
        let (first, count) = (rows[tile].lowerBound * width, rows[tile].count * width)
        row.input = UnsafePointer(canvases) + canvas.row(rows[tile].lowerBound)
        row.inputRowStride = canvas.row(1)
        row.tapCount = taps.count
        row.output = gates + first
        row.outputRowStride = width
        row.rows = rows[tile].count
        row.width = width
        micro.convRow(&row)
        var work = Elementwise(.sigmoid, input: gates + first, output: gates + first, count: count)
        micro.elementwise(&work)
      }.computing("conv", "bn", "sigmoid"),
    ]
  }
}
