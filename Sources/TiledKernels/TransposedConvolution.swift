import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Transposed convolution by phases: outputs whose positions leave the same rest by the stride are an ordinary convolution of
/// stride 1 with every s-th tap. Each phase has the best kernel for that convolution; a last sweep puts the phases together.
struct TransposedConvolution: Kernel {
  let name = "tiled/phases"
  /// Kernels for convolutions.
  let catalogue: Catalogue
  /// Of the stride: it makes as many phases along each axis.
  private static let mostPhases = 64

  init(_ catalogue: Catalogue) { self.catalogue = catalogue }

  var exact: (any Kernel)? { TransposedConvolution(catalogue.exact) }

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let op = op as? ConvTranspose2D else { return .no("computes transposed convolutions only") }
    guard max(op.stride.h, op.stride.w) <= Self.mostPhases else {
      return .no("computes strides up to \(Self.mostPhases) only")
    }
    guard let phases = try? TransposedPhases(op, inputs[0]) else { return .no("does not take that input") }
    guard let form = Self.form(phases, catalogue, isa) else { return .no("has no kernel for its phases") }
    // Transformed filters, which may take long to pack, or none.
    let direct = form.isDirect ? nil : Self.form(phases, catalogue.exact, isa)
    return .forms([form] + (direct.map { [$0] } ?? []))
  }

  /// With the best kernel for each phase; nil if one has none.
  private static func form(_ phases: TransposedPhases, _ catalogue: Catalogue, _ isa: ISA) -> Form? {
    var form = Form(cycles: Cycles.sweeps(2 * phases.output.count))
    for conv in phases.all.compactMap(\.conv) {
      guard let best = catalogue.best(conv, [TensorType(phases.padded)], isa: isa)?.form else { return nil }
      form.errorGrowth = max(form.errorGrowth, best.errorGrowth)
      form.cycles += Double(phases.input.n / phases.together) * best.cycles
      form.packing += best.packing
    }
    return form
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let op = task.op as? ConvTranspose2D else {
      preconditionFailure("\(task.op.text) is no transposed convolution")
    }
    let phases = try TransposedPhases(op, task.inputs[0])
    let catalogue = task.form?.isDirect == true ? catalogue.exact : catalogue
    let prepared = try phases.all.map { phase -> PreparedFromOthers? in
      guard let conv = phase.conv else { return nil }
      guard let kernel = catalogue.best(conv, [TensorType(phases.padded)], isa: task.isa)?.kernel else {
        throw OperatorError("no kernel for \(conv.text)")
      }
      let (weights, packing) = try phases.weights(phase, task.weights)
      let inner = KernelTask(
        conv, [TensorType(phases.padded)], weights: weights, isa: task.isa, micro: task.micro)
      return PreparedFromOthers(prepared: try kernel.prepare(inner), first: [packing.packed])
    }
    return PreparedTransposed(
      phases: phases, places: Constants(phases.places), prepared: prepared,
      bias: op.bias ? try task.weights["bias"] : try Tensor<Float>(Shape(op.outputChannels)),
      micro: task.micro)
  }
}

private struct PreparedTransposed: Prepared {
  let phases: TransposedPhases
  let places: Constants<TransposedPhases.Place>
  /// One per phase; nil where no tap arrives.
  let prepared: [PreparedFromOthers?]
  let bias: Tensor<Float>
  let micro: MicroKernels

  var packed: [PackedMemory] { prepared.flatMap { $0?.packed ?? [] } }

  /// The padded input, where it is not the input itself, in whole lines.
  private var paddedCount: Int { phases.isInput ? 0 : ceilDivide(phases.padded.count, 16) * 16 }

  /// Where the phases' own workspace begins.
  private var partsOffset: Int {
    paddedCount + (phases.only == nil ? ceilDivide(phases.count, 16) * 16 : 0)
  }

  func workspace(threads: Int) -> Int {
    partsOffset + (prepared.map { $0?.workspace(threads: threads) ?? 0 }.max() ?? 0)
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let (input, output) = (phases.input, phases.output)
    return stride(from: 0, to: input.n, by: phases.together).flatMap { n -> [Region] in
      let source = memory.inputs[0] + n * input.c * input.plane
      let padded = phases.isInput ? source : UnsafePointer(memory.workspace)
      return (phases.isInput ? [] : [pad(source, into: memory.workspace)])
        + convolve(
          padded, into: memory.outputs[0] + n * output.c * output.plane, memory.workspace, threads: threads)
    }
  }

  private func convolve(
    _ padded: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>,
    _ workspace: UnsafeMutablePointer<Float>, threads: Int
  ) -> [Region] {
    func bind(_ phase: Int, into result: UnsafeMutablePointer<Float>) -> [Region] {
      let memory = CallMemory(inputs: [padded], outputs: [result], workspace: workspace + partsOffset)
      return prepared[phase]?.bind(memory, threads: threads) ?? []
    }
    if let only = phases.only { return bind(only, into: target) }
    let results = workspace + paddedCount
    return prepared.indices.flatMap { bind($0, into: results + phases.offsets[$0]) }
      + [merge(results, into: target)]
  }

  /// The images that are computed together.
  private func pad(_ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) -> Region {
    let (height, width, input) = (phases.padded.h, phases.padded.w, phases.input)
    let (top, left) = (min(phases.rows.before, height), min(phases.columns.before, width))
    let rows = min(input.h, height - top)
    return Region("pad", tiles: phases.together * input.c) { c, _ in
      let plane = target + c * height * width
      plane.update(repeating: 0, count: top * width)
      var work = PadRows(input: source + c * input.plane, output: plane + top * width)
      work.inputStride = input.w
      work.outputStride = width
      work.rows = rows
      work.width = width
      work.before = left
      work.count = min(input.w, width - left)
      micro.run(&work)
      (plane + (top + rows) * width).update(repeating: 0, count: (height - top - rows) * width)
    }
  }

  private func merge(
    _ results: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>
  ) -> Region {
    let (rows, columns) = (phases.rows, phases.columns)
    let vertical = (stride: rows.stride, padding: rows.padding)
    let horizontal = (stride: columns.stride, padding: columns.padding)
    let (places, bias, output) = (places.pointer, UnsafePointer(bias.pointer), phases.output)
    // Channels of several images follow each other, in the results as in the output.
    return Region("merge phases", tiles: phases.together * output.c) { channel, _ in
      for y in 0..<output.h {
        let (q, rest) = (y + vertical.padding).quotientAndRemainder(dividingBy: vertical.stride)
        let row = MergedRow(
          results: results, places: places + rest * horizontal.stride, channel: channel, q: q,
          stride: horizontal.stride, padding: horizontal.padding, bias: bias[channel % output.c])
        row.write(to: target + (channel * output.h + y) * output.w, count: output.w)
      }
    }
  }
}

/// One row of the output from those of the phases that it consists of.
private struct MergedRow {
  let results: UnsafePointer<Float>
  /// Of the row's phases, by their rest.
  let places: UnsafePointer<TransposedPhases.Place>
  let channel: Int
  let q: Int
  let stride: Int
  let padding: Int
  /// The value of outputs at which no tap arrives.
  let bias: Float

  /// Values of the phase that output x belongs to, from there on; nil where no tap arrives.
  private func run(_ x: Int) -> UnsafePointer<Float>? {
    let (column, rest) = (x + padding).quotientAndRemainder(dividingBy: stride)
    let place = places[rest]
    guard place.isComputed else { return nil }
    return results + (place.origin + channel * place.plane + q * place.pitch + column)
  }

  func write(to row: UnsafeMutablePointer<Float>, count: Int) {
    if stride == 2, count > 1, let even = run(0), let odd = run(1) {
      return interleave(even, odd, into: row, count: count)
    }
    for start in 0..<min(stride, count) {
      let (run, values) = (run(start), ceilDivide(count - start, stride))
      if let run, stride == 1 {
        row.update(from: run, count: values)
      } else if let run {
        for i in 0..<values { row[start &+ i &* stride] = run[i] }
      } else {
        for i in 0..<values { row[start &+ i &* stride] = bias }
      }
    }
  }
}

/// `row[2i] = even[i]`, `row[2i + 1] = odd[i]`.
private func interleave(
  _ even: UnsafePointer<Float>, _ odd: UnsafePointer<Float>, into row: UnsafeMutablePointer<Float>, count: Int
) {
  var i = 0
  while 2 &* i &+ 8 <= count {
    var pairs = SIMD8<Float>()
    pairs.evenHalf = UnsafeRawPointer(even + i).loadUnaligned(as: SIMD4<Float>.self)
    pairs.oddHalf = UnsafeRawPointer(odd + i).loadUnaligned(as: SIMD4<Float>.self)
    UnsafeMutableRawPointer(row + 2 &* i).storeBytes(of: pairs, as: SIMD8<Float>.self)
    i &+= 4
  }
  while 2 &* i < count {
    row[2 &* i] = even[i]
    if 2 &* i &+ 1 < count { row[2 &* i &+ 1] = odd[i] }
    i &+= 1
  }
}
