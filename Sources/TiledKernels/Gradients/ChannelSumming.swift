import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// The sum of each channel: over planes, or down the columns of a matrix.
struct ChannelSumming: Kernel {
  let name = "tiled/channel-sum"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard op is ChannelSum else { return .no("computes sums of channels only") }
    return .yes(Form(cycles: Cycles.sweeps(inputs[0].count)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    let shape = task.inputs[0].shape
    return shape.plane == 1
      ? ColumnSums(rows: shape.n, columns: shape.c, micro: task.micro)
      : PreparedChannelSums(operation: .values, blocks: ChannelBlocks(shape), micro: task.micro)
  }
}

/// Planes of one pixel: channels are neighbours.
private struct ColumnSums: Prepared {
  let rows: Int
  let columns: Int
  let micro: MicroKernels

  /// Columns of a tile.
  private static let span = 256

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let (rows, columns, micro) = (rows, columns, micro)
    let (input, output) = (memory.inputs[0], memory.outputs[0])
    return [
      Region("sum columns", tiles: ceilDivide(columns, Self.span)) { tile, _ in
        let first = tile * Self.span
        var work = PixelStatistics(input: input + first)
        work.channels = rows
        work.channelStride = columns
        work.count = min(Self.span, columns - first)
        work.sum = output + first
        micro.run(&work)
      }.computing("")
    ]
  }
}
