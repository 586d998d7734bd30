import Kernels
import MicroKernelAPI
import Models
import Operators
import Tensors

/// The convolution of a spatial gate with its batch norm and sigmoid, for some images: two maps to one gate per pixel.
///
/// Maps of several images are turned so that the images of a pixel are neighbours: a row of W pixels of B images is a row of
/// W · B pixels, whose convolution is dilated B times as much and fills vectors however short the rows were.
struct FusedSpatialGate: Sendable {
  /// Of the images that are computed together.
  let shape: Shape
  private let pool: PixelPool
  private let canvas: Canvas
  private let weights: PackedWeights
  private let taps: Constants<Int>
  private let rows: Partition
  /// Places of a row, of as many pixels as there are images.
  private let columns: Partition
  private let micro: MicroKernels

  /// Pixels of a row in one tile.
  private static let run = 1024

  /// Weights and what remains of the convolution.
  struct Filter {
    let reduced: ReducedConvolution
    let weights: PackedWeights

    /// - Parameter weights: of the `SpatialGate`.
    init(_ gate: SpatialGate, _ shape: Shape, _ weights: Weights<Float>, _ micro: MicroKernels) throws {
      let conv = Conv2D(out: 1, kernel: Pair(gate.kernel), padding: Pair(gate.kernel / 2), bias: false)
      let reduced = try ReducedConvolution(conv, [Shape(1, 2, shape.h, shape.w)])
      let weight = UnsafePointer(weights.scoped("conv")["weight"].pointer)
      let pack = { (weight: UnsafePointer<Float>) in
        PackedWeights(
          weight: weight, bias: nil, outputs: 1, groups: 1,
          depth: 2 * reduced.conv.kernel.h * reduced.conv.kernel.w, block: 1, copies: micro.weightCopies,
          batchNorm: gate.isNormalised ? foldedBatchNorm(weights.scoped("bn"), channels: 1) : nil)
      }
      self.reduced = reduced
      self.weights =
        reduced.weights(weight, filters: 2)?.withUnsafeBufferPointer { $0.baseAddress.map(pack) }
        ?? pack(weight)
    }
  }

  /// - Parameter shape: of the images that are computed together.
  init(_ filter: Filter, _ shape: Shape, _ micro: MicroKernels) {
    var (conv, plane) = (filter.reduced.conv, filter.reduced.output)
    columns = Partition(
      count: plane.w, parts: min(plane.w, ceilDivide(plane.w * shape.n, FusedSpatialGate.run)))
    conv.padding.w *= shape.n
    conv.dilation.w *= shape.n
    plane = Shape(1, 1, plane.h, plane.w * shape.n)
    canvas = Canvas(conv, input: plane, output: plane, slack: 4 * micro.lanes)
    weights = filter.weights
    taps = Constants(canvas.taps(channels: 2))
    pool = PixelPool(shape, micro)
    rows = Partition(count: plane.h, parts: ceilDivide(plane.h, 4))
    self.shape = shape
    self.micro = micro
  }

  var weightMemory: [UnsafeRawBufferPointer] { weights.memory }

  private var pixels: Int { shape.n * shape.plane }
  private var isTurned: Bool { shape.n > 1 }

  /// The gates, two maps, the same turned, canvases of the maps, what pooling them needs.
  var workspace: Int { (isTurned ? 5 : 3) * pixels + 2 * canvas.plane + pool.workspace }

  func gates(_ workspace: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> { workspace }

  /// From the images, their channels gated first if there are gates, to one gate per pixel in the workspace.
  func regions(
    _ images: UnsafePointer<Float>, channelGates: UnsafePointer<Float>?,
    _ workspace: UnsafeMutablePointer<Float>,
    _ scratch: WorkerScratch
  ) -> [Region] {
    let maps = workspace + pixels
    let turned = isTurned ? maps + 2 * pixels : maps
    let canvases = turned + 2 * pixels
    let pooling = pool.regions(
      node: "pool", images, gates: channelGates, into: maps, workspace: canvases + 2 * canvas.plane)
    let pad = Region("pad maps", tiles: 2) { map, _ in
      if isTurned { turn(maps, map, into: turned) }
      canvas.draw(turned + map * pixels, into: canvases + map * canvas.plane, micro)
    }
    return pooling + [pad, convolution(canvases, turned: turned, into: gates(workspace), scratch)]
  }

  /// One map of all images, the images of a pixel side by side.
  private func turn(
    _ maps: UnsafePointer<Float>, _ map: Int, into target: UnsafeMutablePointer<Float>
  ) {
    var work = PadRows(input: maps + map * shape.plane, output: target + map * pixels)
    work.step = 2 * shape.plane
    work.inputStride = 1
    work.outputStride = shape.n
    work.rows = shape.plane
    (work.width, work.count) = (shape.n, shape.n)
    micro.run(&work)
  }

  /// Gates of pixels whose images are side by side, from `first` on, each image's own again.
  private func turnBack(
    _ turned: UnsafePointer<Float>, _ range: Range<Int>, into gates: UnsafeMutablePointer<Float>
  ) {
    var work = PadRows(input: turned + range.lowerBound * shape.n, output: gates + range.lowerBound)
    work.step = shape.n
    work.inputStride = 1
    work.outputStride = shape.plane
    work.rows = shape.n
    (work.width, work.count) = (range.count, range.count)
    micro.run(&work)
  }

  /// - Parameter turned: memory for gates that are turned, no longer needed for the maps.
  private func convolution(
    _ canvases: UnsafePointer<Float>, turned: UnsafeMutablePointer<Float>,
    into gates: UnsafeMutablePointer<Float>, _ scratch: WorkerScratch
  ) -> Region {
    let (images, target) = (shape.n, isTurned ? turned : gates)
    return Region("spatial convolution", tiles: rows.parts * columns.parts) { tile, worker in
      let (ys, xs) = (rows[tile / columns.parts], columns[tile % columns.parts])
      let first = ys.lowerBound * columns.count + xs.lowerBound
      var row = ConvRow(
        input: canvases + (canvas.row(ys.lowerBound) + xs.lowerBound * images), taps: taps.pointer,
        weights: weights.weights(0, 0), bias: weights.bias(0, 0), output: target + first * images,
        scratch: scratch[worker])
      row.inputRowStride = canvas.row(1)
      row.tapCount = taps.count
      row.outputRowStride = columns.count * images
      row.rows = ys.count
      row.width = xs.count * images
      micro.run(&row)
      // Whole rows are one run of pixels.
      let runs = columns.parts == 1 ? 1 : ys.count
      for run in 0..<runs {
        let start = first + run * columns.count
        let range = start..<start + ys.count * xs.count / runs
        let run = target + range.lowerBound * images
        var work = Elementwise(.sigmoid, input: run, output: run, count: range.count * images)
        micro.run(&work)
        if isTurned { turnBack(turned, range, into: gates) }
      }
    }.computing("conv", "bn", "sigmoid")
  }
}
