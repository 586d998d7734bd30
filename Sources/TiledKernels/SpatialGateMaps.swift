import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// The maps of a spatial gate for some images: maximum and mean over channels, then their convolution.
///
/// Maps of several images are turned so that the images of a pixel are neighbours: a row of W pixels of B images is a row of
/// W · B pixels, whose convolution is dilated B times as much and fills vectors however short the rows were.
struct SpatialGateMaps: Sendable {
  /// Of the images that are computed together.
  private let shape: Shape
  private let pool: PixelPool
  private let canvas: Canvas
  private let weights: PackedWeights
  private let taps: Constants<Int>
  private let rows: Partition
  /// Places of a row, of as many pixels as there are images.
  private let columns: Partition
  private let micro: MicroKernels
  /// Nodes that the convolution and what follows it compute.
  private let nodes: [String]

  /// Pixels of a row in one tile.
  private static let run = 1024

  /// - Parameters:
  ///   - shape: of the images that are computed together.
  ///   - reduced: what remains of the convolution for one image.
  ///   - weights: its weights, packed, with batch norm if there is one.
  ///   - nodes: that the convolution and what follows it compute.
  init(
    _ shape: Shape, _ reduced: ReducedConvolution, _ weights: PackedWeights, nodes: [String],
    _ micro: MicroKernels
  ) {
    var (conv, plane) = (reduced.conv, reduced.output)
    columns = Partition(count: plane.w, parts: min(plane.w, ceilDivide(plane.w * shape.n, Self.run)))
    conv.padding.left *= shape.n
    conv.padding.right *= shape.n
    conv.dilation.w *= shape.n
    plane = Shape(1, 1, plane.h, plane.w * shape.n)
    canvas = Canvas(conv, input: plane, output: plane, slack: 4 * micro.lanes)
    taps = Constants(canvas.taps(channels: 2))
    pool = PixelPool(shape, micro)
    rows = Partition(count: plane.h, parts: ceilDivide(plane.h, 4))
    self.weights = weights
    self.nodes = nodes
    self.shape = shape
    self.micro = micro
  }

  private var pixels: Int { shape.n * shape.plane }
  private var isTurned: Bool { shape.n > 1 }

  /// The gates, two maps, the same turned, canvases of the maps, what pooling them needs.
  var workspace: Int { (isTurned ? 5 : 3) * pixels + 2 * canvas.plane + pool.workspace }

  /// From the images to one gate per pixel at the head of the workspace.
  func regions(
    _ images: GatedImages, _ workspace: UnsafeMutablePointer<Float>, _ scratch: WorkerScratch
  ) -> [Region] {
    let (gates, maps) = (workspace, workspace + pixels)
    let turned = isTurned ? maps + 2 * pixels : maps
    let canvases = turned + 2 * pixels
    let pooling = pool.regions(
      node: "pool", images.input, gates: images.channelGates, into: maps,
      workspace: canvases + 2 * canvas.plane)
    let pad = Region("pad maps", tiles: 2) { map, _ in
      if isTurned { turn(maps, map, into: turned) }
      canvas.draw(turned + map * pixels, into: canvases + map * canvas.plane, micro)
    }
    return pooling + [pad, convolution(canvases, turned: turned, into: gates, scratch)]
  }

  /// One map of all images, the images of a pixel side by side.
  private func turn(
    _ maps: UnsafePointer<Float>, _ map: Int, into target: UnsafeMutablePointer<Float>
  ) {
    var work = Transpose(input: maps + map * shape.plane, output: target + map * pixels)
    (work.rows, work.inputStride) = (shape.n, 2 * shape.plane)
    (work.columns, work.outputStride) = (shape.plane, shape.n)
    micro.run(&work)
  }

  /// Gates of pixels whose images are side by side, each image's own again.
  private func turnBack(
    _ turned: UnsafePointer<Float>, _ range: Range<Int>, into gates: UnsafeMutablePointer<Float>
  ) {
    var work = Transpose(input: turned + range.lowerBound * shape.n, output: gates + range.lowerBound)
    (work.rows, work.inputStride) = (range.count, shape.n)
    (work.columns, work.outputStride) = (shape.n, shape.plane)
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
    }.computing(nodes)
  }
}
