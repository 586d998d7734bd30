/// Loops of one instruction set that do nothing but load the machine, for its limits.
public protocol ProbeCode: SendableMetatype {
  /// Independent multiply-adds in registers.
  /// - Parameter sink: a factor and an addend; takes a result, so that the loop is needed.
  /// - Returns: the number of floating-point operations.
  static func multiplyAdd(_ iterations: Int, _ sink: UnsafeMutablePointer<Float>) -> Int

  /// Reads `count` floats, a multiple of 128, and adds them up into `sink`.
  static func read(_ source: UnsafePointer<Float>, _ count: Int, _ sink: UnsafeMutablePointer<Float>)

  /// Copies `count` floats, a multiple of 128.
  static func copy(_ source: UnsafePointer<Float>, _ count: Int, _ target: UnsafeMutablePointer<Float>)
}
