import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// The gradient of a dense layer's weights: the 1×1 micro-kernel with features as pixels, images as channels, and the gradient as
/// weights.
struct DenseWeightSlopes: Kernel {
  let name = "tiled/dense-weight-gradient"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard op is DenseWeightGradient else {
      return .no("computes gradients of the weights of dense layers only")
    }
    let features = inputs[0].count / max(1, inputs[0].n)
    let points = Cycles.points(
      features, depth: inputs[0].n, outputs: inputs[1].c, .near, isa.microKernels)
    return .yes(Form(cycles: Cycles.region + points + Cycles.sweeps(features * inputs[1].c)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    PreparedDenseWeights(
      images: task.inputs[0].n, features: task.inputs[0].count / task.inputs[0].n, outputs: task.inputs[1].c,
      micro: task.micro)
  }
}

private struct PreparedDenseWeights: Prepared {
  private let images: Int
  private let features: Int
  private let outputs: Int
  private let micro: MicroKernels
  private let zeros: Constants<Float>
  /// Of the features, in tiles of the micro-kernel.
  private let runs: Partition

  /// Elements of the result that are worth a tile.
  private static let fewest = 4096

  init(images: Int, features: Int, outputs: Int, micro: MicroKernels) {
    (self.images, self.features, self.outputs, self.micro) = (images, features, outputs, micro)
    zeros = Constants(Array(repeating: 0, count: micro.pointBlock))
    let panels = ceilDivide(features, 2 * micro.lanes)
    let blocks = ceilDivide(outputs, micro.pointBlock)
    let most = max(1, features * min(outputs, micro.pointBlock) / Self.fewest)
    runs = Partition(count: panels, parts: min(panels, most, ceilDivide(desiredTiles, blocks)))
  }

  private var width: Int { 2 * micro.lanes }
  /// Rows of the input whose last vectors would reach beyond the tensor are copied.
  private var pitch: Int { runs.count * width }
  private var isCopied: Bool { pitch != features }
  private var copiedWeights: Int { micro.weightCopies > 1 ? images * outputs * micro.weightCopies : 0 }

  func workspace(threads: Int) -> Int {
    WorkerScratch.count(micro, threads: threads) + (isCopied ? images * pitch : 0) + copiedWeights
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let scratch = WorkerScratch(memory.workspace, micro, threads: threads)
    let (rows, weights) = (scratch.rest, scratch.rest + (isCopied ? images * pitch : 0))
    let input = isCopied ? UnsafePointer(rows) : memory.inputs[0]
    let gradient = copiedWeights > 0 ? UnsafePointer(weights) : memory.inputs[1]
    let multiply = multiply(input, gradient, memory.outputs[0], scratch)
    guard isCopied || copiedWeights > 0 else { return [multiply] }
    return [copy(memory, rows, weights), multiply]
  }

  /// An image's row, and its gradient as often as the micro-kernel wants weights.
  private func copy(
    _ memory: CallMemory, _ rows: UnsafeMutablePointer<Float>, _ weights: UnsafeMutablePointer<Float>
  ) -> Region {
    let (input, gradient) = (memory.inputs[0], memory.inputs[1])
    let (features, outputs, pitch, isCopied, micro) = (features, outputs, pitch, isCopied, micro)
    let copies = copiedWeights > 0 ? micro.weightCopies : 0
    return Region("copy rows", tiles: images) { n in
      if isCopied {
        let row = rows + n * pitch
        var work = Elementwise(.copy, input: input + n * features, output: row, count: features)
        micro.run(&work)
        (row + features).update(repeating: 0, count: pitch - features)
      }
      for i in 0..<outputs * copies {
        weights[n * outputs * copies + i] = gradient[n * outputs + i / copies]
      }
    }
  }

  private func multiply(
    _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    _ scratch: WorkerScratch
  ) -> Region {
    let (images, features, outputs, micro, zeros) = (images, features, outputs, micro, zeros)
    let (runs, width, pitch, block) = (runs, width, pitch, micro.pointBlock)
    return Region("multiply", tiles: ceilDivide(outputs, block) * runs.parts) { tile, worker in
      let (first, panels) = (tile / runs.parts * block, runs[tile % runs.parts])
      var work = PointTile(
        input: input, weights: gradient + first * micro.weightCopies, bias: zeros.pointer, output: output,
        scratch: scratch[worker])
      (work.channels, work.channelStride) = (images, pitch)
      (work.block, work.outputs) = (outputs, min(block, outputs - first))
      work.outputChannelStride = features
      for panel in panels {
        work.input = input + panel * width
        work.ahead = Lookahead(work.input)
        work.output = output + (first * features + panel * width)
        work.pixels = min(width, features - panel * width)
        micro.run(&work)
      }
    }.computing("")
  }
}
