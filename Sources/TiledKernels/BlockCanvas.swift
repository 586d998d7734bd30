import MicroKernelAPI
import Operators

/// What a part of a convolution's output reads, zero-padded, in blocks of as many channels as a vector has lanes:
/// `[block][row][column][lane]`. The last block of a group may hold fewer channels; the lanes behind them are not written.
struct BlockCanvas: Sendable {
  /// A part of the output.
  struct Area {
    let rows: Range<Int>
    let columns: Range<Int>
  }

  private let conv: Conv2D
  private let image: (h: Int, w: Int)
  private let lanes: Int
  /// Of a group.
  private let channels: Int
  let blocksPerGroup: Int
  private let rows: Int
  private let columns: Int
  /// Floats from block to block.
  let plane: Int

  /// - Parameters:
  ///   - rows: of the largest part.
  ///   - columns: of the largest part.
  init(_ task: ConvolutionTask, rows: Int, columns: Int) {
    conv = task.conv
    image = (task.input.h, task.input.w)
    lanes = task.micro.lanes
    channels = task.channels
    blocksPerGroup = ceilDivide(channels, lanes)
    self.rows = (rows - 1) * conv.stride.h + (conv.kernel.h - 1) * conv.dilation.h + 1
    self.columns = (columns - 1) * conv.stride.w + (conv.kernel.w - 1) * conv.dilation.w + 1
    // An odd number of lines: blocks at a power of two apart would share cache sets.
    plane = ceilDivide(self.rows * self.columns * lanes, 16) / 2 * 32 + 16
  }

  var blocks: Int { conv.groups * blocksPerGroup }

  var floats: Int { blocks * plane }

  private var pitch: Int { columns * lanes }

  /// Offsets of the taps from the first.
  var taps: [Int] {
    (0..<conv.kernel.h).flatMap { i in
      (0..<conv.kernel.w).map { j in i * conv.dilation.h * pitch + j * conv.dilation.w * lanes }
    }
  }

  /// Where an output's window lies in the canvas of the whole output.
  func offset(_ y: Int, _ x: Int) -> Int { y * conv.stride.h * pitch + x * conv.stride.w * lanes }

  /// Where the first window of an area lies there.
  func offset(_ area: Area) -> Int { offset(area.rows.lowerBound, area.columns.lowerBound) }

  /// The place of each weight `[channel][tap]` of an output where channels lie in blocks: `[block][tap][channel of the block]`;
  /// nil: they stay in order.
  static func order(channels: Int, taps: Int, lanes: Int) -> [Int]? {
    if taps == 1 { return nil }
    return (0..<channels).flatMap { c in
      let first = c / lanes * lanes
      let count = min(lanes, channels - first)
      return (0..<taps).map { first * taps + $0 * count + c - first }
    }
  }

  /// Copies a block of channels of an area.
  /// - Parameter block: among the blocks of all groups.
  func draw(
    _ source: UnsafePointer<Float>, _ block: Int, _ area: Area, into target: UnsafeMutablePointer<Float>,
    _ micro: MicroKernels
  ) {
    let inGroup = block % blocksPerGroup * lanes
    let first = block / blocksPerGroup * channels + inGroup
    let (top, left) = (
      area.rows.lowerBound * conv.stride.h - conv.padding.top,
      area.columns.lowerBound * conv.stride.w - conv.padding.left
    )
    let height = rows - (areaRows - area.rows.count) * conv.stride.h
    let start = min(columns, max(0, -left))
    let inside = start..<max(start, min(columns, image.w - left))
    for row in 0..<height where reads(row) {
      let line = target + (block * plane + row * pitch)
      guard (0..<image.h).contains(top + row) else {
        line.update(repeating: 0, count: pitch)
        continue
      }
      line.update(repeating: 0, count: inside.lowerBound * lanes)
      (line + inside.upperBound * lanes).update(repeating: 0, count: (columns - inside.upperBound) * lanes)
      var work = Transpose(
        input: source + ((first * image.h + top + row) * image.w + left + inside.lowerBound),
        output: line + inside.lowerBound * lanes)
      (work.rows, work.inputStride) = (min(lanes, channels - inGroup), image.h * image.w)
      (work.columns, work.outputStride) = (inside.count, lanes)
      micro.run(&work)
    }
  }

  /// Output rows of the largest part.
  private var areaRows: Int { (rows - (conv.kernel.h - 1) * conv.dilation.h - 1) / conv.stride.h + 1 }

  /// Whether a tap reads this row.
  private func reads(_ row: Int) -> Bool {
    (0..<conv.kernel.h).contains { i in
      row >= i * conv.dilation.h && (row - i * conv.dilation.h) % conv.stride.h == 0
    }
  }
}
