import Kernels
import MicroKernelAPI
import Tensors

/// Where the parts of a sweep lie; what it does not read is nil.
struct SweepMaps {
  private(set) var pixelGates: UnsafePointer<Float>?
  /// Two maps for each image.
  private(set) var shares: UnsafePointer<Float>?
  private(set) var places: UnsafePointer<Int32>?
  private(set) var channelGates: UnsafePointer<Float>?
  private(set) var means: UnsafePointer<Float>?
  private(set) var maxima: UnsafePointer<Float>?
  private(set) var spots: UnsafePointer<Int32>?

  /// - Parameter first: number of the first of them among the inputs.
  init(_ parts: SweepParts, _ inputs: InputPlaces, from first: Int) {
    var next = first
    func take() -> Int {
      defer { next += 1 }
      return next
    }
    if parts.pixelGates { pixelGates = inputs[take()] }
    if parts.pixelPools { (shares, places) = (inputs[take()], inputs[take(), as: Int32.self]) }
    if parts.channelGates { channelGates = inputs[take()] }
    if parts.means { means = inputs[take()] }
    if parts.maxima { (maxima, spots) = (inputs[take()], inputs[take(), as: Int32.self]) }
  }
}

extension PixelGateGradient {
  /// - Parameter channel: the first, counted over all images.
  mutating func read(_ maps: SweepMaps, from channel: Int) {
    gates = maps.channelGates.map { $0 + channel }
    shares = maps.means.map { $0 + channel }
    tops = maps.maxima.map { $0 + channel }
    spots = maps.spots.map { $0 + channel }
  }
}

extension PlaneGateGradient {
  /// - Parameter plane: pixels of an image.
  mutating func read(_ maps: SweepMaps, image: Int, plane: Int) {
    gates = maps.pixelGates.map { $0 + image * plane }
    shares = maps.shares.map { $0 + 2 * image * plane }
    tops = maps.shares.map { $0 + (2 * image + 1) * plane }
    places = maps.places.map { $0 + image * plane }
  }
}

extension GatedGradient {
  /// - Parameters:
  ///   - planes: counted over all images, of one of them.
  ///   - pixel: the first.
  mutating func read(_ maps: SweepMaps, image: Int, planes range: Range<Int>, pixel: Int, of shape: Shape) {
    let (plane, first) = (shape.plane, range.lowerBound)
    (planes, firstPlane) = (range.count, first - image * shape.c)
    (planeStride, firstPixel, divisor) = (plane, pixel, Float(plane))
    gates = maps.pixelGates.map { $0 + (image * plane + pixel) }
    shares = maps.shares.map { $0 + (2 * image * plane + pixel) }
    tops = maps.shares.map { $0 + ((2 * image + 1) * plane + pixel) }
    places = maps.places.map { $0 + (image * plane + pixel) }
    planeGates = maps.channelGates.map { $0 + first }
    planeShares = maps.means.map { $0 + first }
    planeTops = maps.maxima.map { $0 + first }
    planeSpots = maps.spots.map { $0 + first }
  }
}

extension Cycles {
  /// An element of a plane that is shorter than a vector: one by one.
  private static let alone = 4.0

  /// A sweep of a gradient's over so many values.
  static func gradientSweep(_ values: Int, of input: TensorType, _ micro: MicroKernels) -> Double {
    sweeps(values) + (input.plane < micro.lanes ? alone * Double(input.count) : 0)
  }
}
