import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Sweeps over the channels of pixels.
struct PixelSweeping: Kernel {
  let name = "tiled/pixel-sweep"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let sweep = op as? PixelSweep else { return .no("computes sweeps over pixels only") }
    return .yes(
      Form(
        cycles: Cycles.gradientSweep(
          (sweep.gates == nil ? 1 : 2) * inputs[0].count, of: inputs[0], isa.microKernels)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let sweep = task.op as? PixelSweep else {
      preconditionFailure("\(task.op.text) is no sweep over pixels")
    }
    return PreparedPixelSweep(sweep, task.inputs[0].shape, task.micro)
  }
}

/// Spans of pixels; where those are few, parts of the channels as well, whose results are combined in their order.
private struct PreparedPixelSweep: Prepared {
  private let op: PixelSweep
  private let shape: Shape
  private let micro: MicroKernels
  private let spans: Int
  private let parts: Partition

  init(_ op: PixelSweep, _ shape: Shape, _ micro: MicroKernels) {
    (self.op, self.shape, self.micro) = (op, shape, micro)
    let cut = PixelSpans(shape)
    (spans, parts) = (cut.count, cut.parts)
  }

  /// Pixels of all parts' maps.
  private var pixels: Int { shape.n * parts.parts * shape.plane }

  /// Sums, largest values and places of the parts.
  func workspace(threads: Int) -> Int {
    parts.parts == 1 ? 0 : ((op.gates == nil ? 0 : 1) + (op.searches ? 2 : 0)) * pixels
  }

  /// Where results go.
  private struct Target {
    var sums: UnsafeMutablePointer<Float>?
    var places: UnsafeMutablePointer<Int32>?
    var largest: UnsafeMutablePointer<Float>?
  }

  private func target(_ memory: CallMemory) -> Target {
    var target = Target()
    if op.gates != nil { target.sums = memory.outputs[0] }
    if op.searches { target.places = memory.outputs[op.gates == nil ? 0 : 1, as: Int32.self] }
    return target
  }

  private func partial(_ memory: CallMemory) -> Target {
    var (target, next) = (Target(), memory.workspace)
    if op.gates != nil {
      target.sums = next
      next += pixels
    }
    if op.searches {
      target.largest = next
      target.places = UnsafeMutableRawPointer(next + pixels).assumingMemoryBound(to: Int32.self)
    }
    return target
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let results = target(memory)
    if parts.parts == 1 { return [sweep(memory, into: results)] }
    let partial = partial(memory)
    return [sweep(memory, into: partial), combine(partial, into: results)]
  }

  private func sweep(_ memory: CallMemory, into target: Target) -> Region {
    let (shape, micro, spans, parts) = (shape, micro, spans, parts)
    let values = memory.inputs[0]
    let gradient = op.gates == nil ? nil : memory.inputs[1]
    let maps = SweepMaps(op.parts, memory.inputs, from: op.gates == nil ? 1 : 2)
    return Region("sweep pixels", tiles: shape.n * parts.parts * spans) { tile in
      // The last channels first: what came before left them in the nearest cache.
      let (map, x) = (tile / spans, tile % spans * PixelSpans.length)
      let (image, channels) = (map / parts.parts, parts[map % parts.parts])
      let channel = image * shape.c + channels.lowerBound
      var work = PixelGateGradient(values: values + (channel * shape.plane + x))
      work.gradient = gradient.map { $0 + (channel * shape.plane + x) }
      work.read(maps, from: channel)
      (work.channels, work.channelStride) = (channels.count, shape.plane)
      (work.firstChannel, work.firstPixel) = (channels.lowerBound, x)
      (work.count, work.divisor) = (min(PixelSpans.length, shape.plane - x), Float(shape.plane))
      let at = map * shape.plane + x
      work.sums = target.sums.map { $0 + at }
      work.places = target.places.map { $0 + at }
      work.largest = target.largest.map { $0 + at }
      micro.run(&work)
    }.computing("")
  }

  /// The sum of the parts' sums; of their largest values the first.
  private func combine(_ partial: Target, into target: Target) -> Region {
    let (plane, micro, spans, parts) = (shape.plane, micro, spans, parts.parts)
    return Region("combine parts", tiles: shape.n * spans) { tile in
      let (image, x) = (tile / spans, tile % spans * PixelSpans.length)
      let (from, to, count) = (
        image * parts * plane + x, image * plane + x, min(PixelSpans.length, plane - x)
      )
      if let sums = partial.sums, let result = target.sums {
        var work = PixelStatistics(input: sums + from)
        (work.channels, work.channelStride, work.count) = (parts, plane, count)
        work.sum = result + to
        micro.run(&work)
      }
      if let largest = partial.largest, let places = partial.places, let result = target.places {
        var work = PixelGateGradient(values: largest + from)
        (work.channels, work.channelStride, work.count) = (parts, plane, count)
        work.names = UnsafePointer(places + from)
        work.places = result + to
        micro.run(&work)
      }
    }
  }
}
