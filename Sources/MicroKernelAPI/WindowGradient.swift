/// The gradient of a pool over windows that are alike, for some rows of some planes. Windows are computed again row by row: a
/// maximum's as the number of the tap that has it, a mean's as its share. Each value of the result then gathers what the windows
/// around it have for it.
public struct WindowGradient: MicroKernelCall {
  /// Windows along one axis of a plane.
  public struct Axis: Sendable {
    /// Extent of the plane.
    public var size: Int
    /// Windows.
    public var outputs: Int
    /// Taps of a window.
    public var window: Int
    /// From a window to the next.
    public var stride: Int
    /// From a tap to the next.
    public var step: Int
    /// Elements before the plane.
    public var padding: Int

    /// Complete.
    public init(size: Int, outputs: Int, window: Int, stride: Int, step: Int, padding: Int) {
      self.size = size
      self.outputs = outputs
      self.window = window
      self.stride = stride
      self.step = step
      self.padding = padding
    }

    /// From the first to the last tap.
    public var reach: Int { (window - 1) * step }
  }

  /// The first plane of a maximum; nil: a mean. The others follow it.
  public var input: UnsafePointer<Float>?
  /// The first plane of the pool's gradient.
  public var gradient: UnsafePointer<Float>
  /// The first plane of the result.
  public var output: UnsafeMutablePointer<Float>
  /// Planes.
  public var planes = 1
  /// Of windows and taps.
  public var rows: Axis
  /// Of windows and taps.
  public var columns: Axis
  /// Rows of the result that are computed.
  public var range: Range<Int>
  /// What each row of windows contributes to the divisor of a mean.
  public var rowDivisors: UnsafePointer<Float>
  /// What each column of windows contributes to the divisor of a mean, then ones up to a whole vector.
  public var columnDivisors: UnsafePointer<Float>
  /// For each column of windows the first tap inside the plane, or `noTap`; then `noTap` up to a whole vector.
  public var firstTaps: UnsafePointer<UInt32>
  /// For each tap of a row where its first window has it in a padded row of the plane.
  public var taps: UnsafePointer<Int>
  /// For each column of a stride the windows that it gathers from: how many there are, then pairs of a tap and of where its
  /// first window lies in a padded row of windows.
  public var gathers: UnsafePointer<Int>
  /// How scratch memory is divided.
  public var memory: Memory
  /// `memory.count` floats.
  public var scratch: UnsafeMutablePointer<Float>

  /// Beyond the numbers of all taps.
  public static let noTap: UInt32 = 1 << 30

  /// A mean of one plane, until there is an input.
  public init(
    gradient: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, rows: Axis, columns: Axis,
    rowDivisors: UnsafePointer<Float>, columnDivisors: UnsafePointer<Float>,
    firstTaps: UnsafePointer<UInt32>, taps: UnsafePointer<Int>, gathers: UnsafePointer<Int>, memory: Memory,
    scratch: UnsafeMutablePointer<Float>
  ) {
    self.gradient = gradient
    self.output = output
    self.rows = rows
    self.columns = columns
    range = 0..<rows.size
    self.rowDivisors = rowDivisors
    self.columnDivisors = columnDivisors
    self.firstTaps = firstTaps
    self.taps = taps
    self.gathers = gathers
    self.memory = memory
    self.scratch = scratch
  }

  /// How scratch memory is divided.
  public struct Memory: Sendable {
    /// Floats of a row of every `stride`-th value, padded; a row has `stride` of them.
    public let phase: Int
    /// Rows of the plane that are kept, a power of two.
    public let planeRows: Int
    /// Floats before the first window of a row of windows.
    public let before: Int
    /// Floats of a row of windows, padded.
    public let line: Int
    /// Rows of windows that are kept, a power of two.
    public let windowRows: Int
    /// Pairs of numbers that a row of the result gathers by.
    public let terms: Int
    private let stride: Int

    /// For vectors of so many lanes.
    public init(_ rows: Axis, _ columns: Axis, lanes: Int) {
      let whole = (columns.outputs + lanes - 1) / lanes * lanes
      let places = (columns.size + columns.padding + columns.stride - 1) / columns.stride
      stride = columns.stride
      phase = max(whole, places) + columns.reach / columns.stride + lanes + 1
      // Both run ahead of what reads them by a row of windows.
      planeRows = Memory.power(atLeast: rows.reach + rows.stride + 1)
      before = columns.reach / columns.stride + 1
      line = before + max(whole, places) + 2 * lanes + 1
      windowRows = Memory.power(atLeast: rows.reach / rows.stride + 3)
      terms = (rows.reach / rows.stride + 1) * columns.window
    }

    private static func power(atLeast count: Int) -> Int {
      var power = 1
      while power < count { power *= 2 }
      return power
    }

    /// Floats of all, whole lines: rows of the plane, rows of windows, their gradients, the end of a row of the result, and terms.
    public var count: Int {
      (planeRows * stride * phase + 2 * windowRows * line + 64 + 2 * terms + 15) / 16 * 16
    }
  }

  /// Calls `code.windowGradient`.
  @inlinable public static func run(_ work: UnsafePointer<Self>, by code: any MicroCode.Type) {
    code.windowGradient(work)
  }
}
