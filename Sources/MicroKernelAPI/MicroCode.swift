/// The code of one instruction set, and the list of micro-kernels: a new one is a line here.
///
/// Each function takes the structure that describes its work. The modules that are compiled once per instruction set implement it,
/// a function a file; what is missing there does not compile.
public protocol MicroCode: SendableMetatype {
  static func affinePlanes(_ work: UnsafePointer<AffinePlanes>)
  static func convPlanes(_ work: UnsafePointer<ConvPlanes>)
  static func convRow(_ row: UnsafePointer<ConvRow>)
  static func convTile(_ tile: UnsafePointer<ConvTile>)
  static func dotTile(_ tile: UnsafePointer<DotTile>)
  static func elementwise(_ work: UnsafePointer<Elementwise>)
  static func gate(_ gate: UnsafePointer<Gate>)
  static func padRows(_ rows: UnsafePointer<PadRows>)
  static func pixelStatistics(_ pixels: UnsafePointer<PixelStatistics>)
  static func planeStatistics(_ planes: UnsafePointer<PlaneStatistics>)
  static func pointTile(_ tile: UnsafePointer<PointTile>)
  static func poolPlanes(_ work: UnsafePointer<PoolPlanes>)
  static func poolRows(_ work: UnsafePointer<PoolRows>)
  static func transpose(_ work: UnsafePointer<Transpose>)
  static func windowPanel(_ work: UnsafePointer<WindowPanel>)
  static func windowRows(_ work: UnsafePointer<WindowRows>)
}

/// A structure that describes what one call of a micro-kernel computes: pointers, strides and counts.
public protocol MicroKernelCall {
  /// Calls the micro-kernel that takes this structure.
  static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type)
}
