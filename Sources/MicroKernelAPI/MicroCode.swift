/// The code of one instruction set, and the list of micro-kernels: a new one is a line here.
///
/// Each function takes the structure that describes its work. The modules that are compiled once per instruction set implement it,
/// a function a file; what is missing there does not compile.
public protocol MicroCode: SendableMetatype {
  /// What `AffinePlanes` describes.
  static func affinePlanes(_ work: UnsafePointer<AffinePlanes>)
  /// What `BlockedProducts` describes.
  static func blockedProducts(_ work: UnsafePointer<BlockedProducts>)
  /// What `ChannelSums` describes.
  static func channelSums(_ work: UnsafePointer<ChannelSums>)
  /// What `ConvPlanes` describes.
  static func convPlanes(_ work: UnsafePointer<ConvPlanes>)
  /// What `ConvRow` describes.
  static func convRow(_ row: UnsafePointer<ConvRow>)
  /// What `ConvTile` describes.
  static func convTile(_ tile: UnsafePointer<ConvTile>)
  /// What `CorrelateRows` describes.
  static func correlateRows(_ work: UnsafePointer<CorrelateRows>)
  /// What `DepthwiseRows` describes.
  static func depthwiseRows(_ work: UnsafePointer<DepthwiseRows>)
  /// What `DescentStep` describes.
  static func descentStep(_ work: UnsafePointer<DescentStep>)
  /// What `DotTile` describes.
  static func dotTile(_ tile: UnsafePointer<DotTile>)
  /// What `Elementwise` describes.
  static func elementwise(_ work: UnsafePointer<Elementwise>)
  /// What `ElementwiseGradient` describes.
  static func elementwiseGradient(_ work: UnsafePointer<ElementwiseGradient>)
  /// What `Gate` describes.
  static func gate(_ gate: UnsafePointer<Gate>)
  /// What `GatedGradient` describes.
  static func gatedGradient(_ work: UnsafePointer<GatedGradient>)
  /// What `NormGradient` describes.
  static func normGradient(_ work: UnsafePointer<NormGradient>)
  /// What `PadRows` describes.
  static func padRows(_ rows: UnsafePointer<PadRows>)
  /// What `PixelGateGradient` describes.
  static func pixelGateGradient(_ work: UnsafePointer<PixelGateGradient>)
  /// What `PixelPoolGradient` describes.
  static func pixelPoolGradient(_ work: UnsafePointer<PixelPoolGradient>)
  /// What `PixelProducts` describes.
  static func pixelProducts(_ work: UnsafePointer<PixelProducts>)
  /// What `PixelStatistics` describes.
  static func pixelStatistics(_ pixels: UnsafePointer<PixelStatistics>)
  /// What `PlaneGateGradient` describes.
  static func planeGateGradient(_ work: UnsafePointer<PlaneGateGradient>)
  /// What `PlanePoolGradient` describes.
  static func planePoolGradient(_ work: UnsafePointer<PlanePoolGradient>)
  /// What `PlaneStatistics` describes.
  static func planeStatistics(_ planes: UnsafePointer<PlaneStatistics>)
  /// What `PointTile` describes.
  static func pointTile(_ tile: UnsafePointer<PointTile>)
  /// What `PoolPlanes` describes.
  static func poolPlanes(_ work: UnsafePointer<PoolPlanes>)
  /// What `PoolRows` describes.
  static func poolRows(_ work: UnsafePointer<PoolRows>)
  /// What `SpreadRows` describes.
  static func spreadRows(_ work: UnsafePointer<SpreadRows>)
  /// What `Transpose` describes.
  static func transpose(_ work: UnsafePointer<Transpose>)
  /// What `WindowGradient` describes.
  static func windowGradient(_ work: UnsafePointer<WindowGradient>)
  /// What `WindowPanel` describes.
  static func windowPanel(_ work: UnsafePointer<WindowPanel>)
  /// What `WindowRows` describes.
  static func windowRows(_ work: UnsafePointer<WindowRows>)
  /// What `WinogradInput` describes.
  static func winogradInput(_ work: UnsafePointer<WinogradInput>)
  /// What `WinogradOutput` describes.
  static func winogradOutput(_ work: UnsafePointer<WinogradOutput>)
}

/// A structure that describes what one call of a micro-kernel computes: pointers, strides and counts.
public protocol MicroKernelCall {
  /// Calls the micro-kernel that takes this structure.
  static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type)
}
