/// The table of one instruction set: every micro-kernel that the tiled kernels call, and the block sizes that
/// decide how weights are packed for it.
public struct MicroKernels: Sendable {
  /// Floats in one vector register.
  public let lanes: Int
  /// Output channels that one `convTile` computes: the innermost extent of packed weights.
  public let outputBlock: Int
  /// Most pixels that one `convTile` computes.
  public let pixelTile: Int
  /// Most output channels that one `pointTile` computes.
  public let pointBlock: Int
  /// How often each weight of a `PointTile` or `ConvRow` is stored, one after the other.
  public let weightCopies: Int
  /// Floats of scratch memory that a call may need; a multiple of whole lines, best aligned to one.
  public let scratch: Int

  public let convTile: @Sendable (UnsafePointer<ConvTile>) -> Void
  public let pointTile: @Sendable (UnsafePointer<PointTile>) -> Void
  public let convRow: @Sendable (UnsafePointer<ConvRow>) -> Void
  public let dotTile: @Sendable (UnsafePointer<DotTile>) -> Void
  public let windowRows: @Sendable (UnsafePointer<WindowRows>) -> Void
  public let windowPanel: @Sendable (UnsafePointer<WindowPanel>) -> Void
  public let convPlanes: @Sendable (UnsafePointer<ConvPlanes>) -> Void
  public let poolRows: @Sendable (UnsafePointer<PoolRows>) -> Void
  public let poolPlanes: @Sendable (UnsafePointer<PoolPlanes>) -> Void
  public let planeStatistics: @Sendable (UnsafePointer<PlaneStatistics>) -> Void
  public let pixelStatistics: @Sendable (UnsafePointer<PixelStatistics>) -> Void
  public let gate: @Sendable (UnsafePointer<Gate>) -> Void
  public let padRows: @Sendable (UnsafePointer<PadRows>) -> Void
  public let elementwise: @Sendable (UnsafePointer<Elementwise>) -> Void
  public let affinePlanes: @Sendable (UnsafePointer<AffinePlanes>) -> Void
  public let probes: Probes

  public init(
    lanes: Int, outputBlock: Int, pixelTile: Int, pointBlock: Int, weightCopies: Int, scratch: Int,
    convTile: @escaping @Sendable (UnsafePointer<ConvTile>) -> Void,
    pointTile: @escaping @Sendable (UnsafePointer<PointTile>) -> Void,
    convRow: @escaping @Sendable (UnsafePointer<ConvRow>) -> Void,
    dotTile: @escaping @Sendable (UnsafePointer<DotTile>) -> Void,
    windowRows: @escaping @Sendable (UnsafePointer<WindowRows>) -> Void,
    windowPanel: @escaping @Sendable (UnsafePointer<WindowPanel>) -> Void,
    convPlanes: @escaping @Sendable (UnsafePointer<ConvPlanes>) -> Void,
    poolRows: @escaping @Sendable (UnsafePointer<PoolRows>) -> Void,
    poolPlanes: @escaping @Sendable (UnsafePointer<PoolPlanes>) -> Void,
    planeStatistics: @escaping @Sendable (UnsafePointer<PlaneStatistics>) -> Void,
    pixelStatistics: @escaping @Sendable (UnsafePointer<PixelStatistics>) -> Void,
    gate: @escaping @Sendable (UnsafePointer<Gate>) -> Void,
    padRows: @escaping @Sendable (UnsafePointer<PadRows>) -> Void,
    elementwise: @escaping @Sendable (UnsafePointer<Elementwise>) -> Void,
    affinePlanes: @escaping @Sendable (UnsafePointer<AffinePlanes>) -> Void,
    probes: Probes
  ) {
    self.lanes = lanes
    self.outputBlock = outputBlock
    self.pixelTile = pixelTile
    self.pointBlock = pointBlock
    self.weightCopies = weightCopies
    self.scratch = scratch
    self.convTile = convTile
    self.pointTile = pointTile
    self.convRow = convRow
    self.dotTile = dotTile
    self.windowRows = windowRows
    self.windowPanel = windowPanel
    self.convPlanes = convPlanes
    self.poolRows = poolRows
    self.poolPlanes = poolPlanes
    self.planeStatistics = planeStatistics
    self.pixelStatistics = pixelStatistics
    self.gate = gate
    self.padRows = padRows
    self.elementwise = elementwise
    self.affinePlanes = affinePlanes
    self.probes = probes
  }
}

/// Loops that do nothing but load the machine, for the roofs.
public struct Probes: Sendable {
  /// Independent multiply-adds in registers; returns their number of floating-point operations.
  public let multiplyAdd: @Sendable (_ iterations: Int, _ sink: UnsafeMutablePointer<Float>) -> Int
  /// Reads `count` floats (a multiple of 128) and adds them up into `sink`.
  public let read:
    @Sendable (_ source: UnsafePointer<Float>, _ count: Int, _ sink: UnsafeMutablePointer<Float>) -> Void
  /// Copies `count` floats (a multiple of 128).
  public let copy:
    @Sendable (_ source: UnsafePointer<Float>, _ count: Int, _ target: UnsafeMutablePointer<Float>) -> Void

  public init(
    multiplyAdd: @escaping @Sendable (Int, UnsafeMutablePointer<Float>) -> Int,
    read: @escaping @Sendable (UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>) -> Void,
    copy: @escaping @Sendable (UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    self.multiplyAdd = multiplyAdd
    self.read = read
    self.copy = copy
  }
}
