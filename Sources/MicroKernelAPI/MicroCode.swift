/// The code of one instruction set, and the list of micro-kernels: a new one is a line here.
///
/// Each function takes the structure that describes its work. The modules that are compiled once per instruction set implement it,
/// a function a file; what is missing there does not compile.
public protocol MicroCode: SendableMetatype {
  /// What `AffinePlanes` describes.
  static func affinePlanes(_ work: UnsafePointer<AffinePlanes>)
  /// What `BlockedProducts` describes.
  static func blockedProducts(_ work: UnsafePointer<BlockedProducts>)
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
  /// What `DotTile` describes.
  static func dotTile(_ tile: UnsafePointer<DotTile>)
  /// What `Elementwise` describes.
  static func elementwise(_ work: UnsafePointer<Elementwise>)
  /// What `Gate` describes.
  static func gate(_ gate: UnsafePointer<Gate>)
  /// What `PadRows` describes.
  static func padRows(_ rows: UnsafePointer<PadRows>)
  /// What `PixelStatistics` describes.
  static func pixelStatistics(_ pixels: UnsafePointer<PixelStatistics>)
  /// What `PlaneStatistics` describes.
  static func planeStatistics(_ planes: UnsafePointer<PlaneStatistics>)
  /// What `PointTile` describes.
  static func pointTile(_ tile: UnsafePointer<PointTile>)
  /// What `PoolPlanes` describes.
  static func poolPlanes(_ work: UnsafePointer<PoolPlanes>)
  /// What `PoolRows` describes.
  static func poolRows(_ work: UnsafePointer<PoolRows>)
  /// What `Transpose` describes.
  static func transpose(_ work: UnsafePointer<Transpose>)
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
