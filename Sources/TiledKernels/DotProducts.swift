import Kernels
import MicroKernelAPI
import Operators

/// Dense layers, and convolutions whose window is the whole image: each output is a dot product of what lies in a row in both
/// the image and the weights. For few outputs, which leave vectors over output channels mostly empty, and for few images,
/// with which those wait for their sums.
struct DotProducts: Prepared {
  private let images: Int
  private let groups: Int
  private let outputsPerGroup: Int
  private let weights: PackedWeights
  private let activation: Activation
  private let hasResidual: Bool
  private let micro: MicroKernels
  /// Tiles: images × outputs of a group × parts of the sum.
  private let rows: Partition
  private let outputs: Partition
  private let parts: Partition
  private let zeros: Constants<Float>

  /// Cycles, roughly.
  static func cycles(pairs: Int, depth: Int, _ micro: MicroKernels) -> Double {
    Double(pairs) * (0.6 * Double(ceilDivide(depth, micro.lanes)) + 8)
  }

  /// - Parameter weights: in blocks of one output, each in lines of its own; at least a vector deep.
  init(
    images: Int, groups: Int = 1, _ weights: PackedWeights, activation: Activation, hasResidual: Bool,
    _ micro: MicroKernels
  ) {
    (self.images, self.groups, self.micro) = (images, groups, micro)
    (self.activation, self.hasResidual) = (activation, hasResidual)
    outputsPerGroup = weights.outputsPerGroup
    self.weights = weights
    let pairs = images * groups * outputsPerGroup
    let work = Self.cycles(pairs: pairs, depth: weights.depth, micro)
    let wanted = min(desiredTiles, max(1, Int(work / Self.leastWork)))
    // What is larger is read once.
    let most = (rows: ceilDivide(images, 4), outputs: ceilDivide(outputsPerGroup, 4))
    let splitsOutputs = outputsPerGroup > images
    let first = min(splitsOutputs ? most.outputs : most.rows, ceilDivide(wanted, groups))
    let second = min(splitsOutputs ? most.rows : most.outputs, ceilDivide(wanted, groups * first))
    rows = Partition(count: images, parts: splitsOutputs ? second : first)
    outputs = Partition(count: outputsPerGroup, parts: splitsOutputs ? first : second)
    let lines = weights.depth / 16
    parts = Partition(
      count: lines, parts: max(1, min(ceilDivide(wanted, groups * first * second), lines / Self.leastLines)))
    zeros = Constants(Array(repeating: 0, count: parts.parts > 1 ? outputsPerGroup : 0))
  }

  /// Cycles that are worth a tile of their own.
  private static let leastWork = 2000.0
  /// Lines of a part of a sum.
  private static let leastLines = 256

  private var outputCount: Int { groups * outputsPerGroup }

  var packed: [PackedMemory] { [weights.packed] }

  /// Parts of sums, `[part][image][output]`.
  func workspace(threads: Int) -> Int { parts.parts == 1 ? 0 : parts.parts * images * outputCount }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let tiles = groups * rows.parts * outputs.parts * parts.parts
    let multiply = Region("multiply", tiles: tiles) { tile, _ in
      let (rest, part) = (tile / parts.parts, tile % parts.parts)
      let (block, group) = (rest / groups, rest % groups)
      run(
        memory, group, rows[block / outputs.parts], outputs[block % outputs.parts], part: part)
    }.computing("")
    return parts.parts == 1 ? [multiply] : [multiply, combine(memory)]
  }

  private func run(
    _ memory: CallMemory, _ group: Int, _ rows: Range<Int>, _ outputs: Range<Int>, part: Int
  ) {
    let (first, count) = (group * outputsPerGroup + outputs.lowerBound, outputCount)
    let (start, isWhole) = (parts[part].lowerBound * 16, parts.parts == 1)
    let target = isWhole ? memory.outputs[0] : memory.workspace + part * images * count
    let row = groups * weights.depth
    var tile = DotTile(
      input: memory.inputs[0] + (rows.lowerBound * row + group * weights.depth + start),
      weights: weights.values.pointer + (first * weights.pitch + start),
      bias: isWhole ? weights.bias.pointer + first : zeros.pointer,
      output: target + (rows.lowerBound * count + first))
    tile.rowStride = row
    tile.rows = rows.count
    tile.weightStride = weights.pitch
    tile.outputs = outputs.count
    tile.count = (part + 1 == parts.parts ? weights.depth : parts[part].upperBound * 16) - start
    tile.outputRowStride = count
    guard isWhole else { return micro.run(&tile) }
    if hasResidual { tile.epilogue.residual = memory.inputs[1] + (rows.lowerBound * count + first) }
    tile.epilogue.relu = activation == .relu
    micro.run(&tile)
    for r in 0..<rows.count { activate(tile.output + r * count, count: outputs.count) }
  }

  /// The parts' sums, and what follows them.
  private func combine(_ memory: CallMemory) -> Region {
    Region("combine", tiles: images) { image, _ in
      let (size, first) = (images * outputCount, image * outputCount)
      for o in 0..<outputCount {
        var sum: Float = 0
        for part in 0..<parts.parts { sum += memory.workspace[part * size + first + o] }
        sum += weights.bias.pointer[o]
        if hasResidual { sum += memory.inputs[1][first + o] }
        memory.outputs[0][first + o] = activation == .relu && sum < 0 ? 0 : sum
      }
      activate(memory.outputs[0] + first, count: outputCount)
    }
  }

  /// What micro-kernels of sums leave to do.
  private func activate(_ output: UnsafeMutablePointer<Float>, count: Int) {
    guard activation != .relu, let operation = activation.operation else { return }
    var work = Elementwise(operation, input: output, output: output, count: count)
    micro.run(&work)
  }
}
