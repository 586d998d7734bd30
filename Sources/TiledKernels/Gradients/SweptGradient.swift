import MicroKernelAPI
import Operators
import Tensors

/// The gradient of an attention module as sweeps, and the small stages of its gates as they are.
struct SweptGradient: Composite {
  let backward: Backward
  private let made: Graph
  /// The stages of the gradient that a node computes, where they are not the one of its name.
  let stages: [String: [String]]

  /// - Throws: `OperatorError`, which says why there are no sweeps.
  init(_ backward: Backward, _ inputs: [TensorType]) throws(OperatorError) {
    guard let module = SweptModule(backward.op) else {
      throw OperatorError("computes gradients of attention modules that have a fused one only")
    }
    var builder = try SweepBuilder(backward, inputs, module)
    try builder.build()
    (self.backward, made, stages) = (backward, builder.graph, builder.computed)
  }

  var keyword: String { backward.keyword }
  var text: String { backward.text }
  var inputCount: Int { backward.inputCount }
  func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph { made }

  static func == (a: Self, b: Self) -> Bool { a.backward == b.backward }
  func hash(into hasher: inout Hasher) { hasher.combine(backward) }
}

/// Goes from the results of a gradient back to what they are computed from. Whatever multiplies, adds or spreads tensors of the
/// input's size is not reached: the sweeps do that.
private struct SweepBuilder {
  private let stages: Stages
  private let numbers: [String: Int]
  private let module: SweptModule
  private let hasInput: Bool
  private(set) var graph = Graph()
  private(set) var computed: [String: [String]] = [:]
  /// First outputs of the nodes that stages have become.
  private var made: [Int: Graph.Source] = [:]
  /// Stages that are copied as they are, so that equal ones become one.
  private var copies: [Copy: Graph.Source] = [:]
  private var shares: Graph.Source?
  private var places: Graph.Source?
  private var sweeps: [String] = []

  private struct Copy: Hashable {
    let op: AnyHashable
    let owner: String
    let reads: [Graph.Source]
  }

  init(_ backward: Backward, _ inputs: [TensorType], _ module: SweptModule) throws(OperatorError) {
    stages = try backward.stages(inputs)
    numbers = Dictionary(stages.enumerated().map { ($1.name, $0) }) { first, _ in first }
    hasInput = !backward.wanted.inputs.isEmpty
    self.module = module
    for constant in stages.constants { _ = graph.add(constant) }
    for weight in backward.gradient.graph.weights { _ = graph.add(weight) }
  }

  mutating func build() throws(OperatorError) {
    var results: [Graph.Source] = []
    for (index, source) in stages.outputs.enumerated() {
      results.append(try index == 0 && hasInput ? input(source) : self.source(source))
    }
    guard let last = sweeps.last else { throw OperatorError("has nothing to fuse: its stages are sweeps") }
    graph.outputs = results
    let reached = Set(made.keys.map { stages[$0].name })
    computed[last, default: [last]] += stages.map(\.name).filter { !reached.contains($0) && $0 != last }
  }

  /// A stage by its name, with what it reads.
  private func stage(_ name: String) throws(OperatorError) -> (number: Int, reads: [Graph.Source]) {
    guard let number = numbers[name] else { throw OperatorError("has no stage '\(name)' to fuse") }
    return (number, stages[number].sources)
  }

  /// What a source of the gradient has become.
  private mutating func source(_ source: Graph.Source) throws(OperatorError) -> Graph.Source {
    guard case .node(let number, let output) = source else { return source }
    guard case .node(let node, _) = try node(number) else { return source }
    return .node(node, output: output)
  }

  private mutating func node(_ number: Int) throws(OperatorError) -> Graph.Source {
    if let there = made[number] { return there }
    let node: Graph.Source
    switch stages[number].name {
    case module.pixels.map { "\($0.scale).gate" }: node = try pixelSums(number)
    case module.channels.map { "\($0.scale).gate" }: node = try planeSums(number)
    default: node = try copy(number)
    }
    made[number] = node
    return node
  }

  private mutating func copy(_ number: Int) throws(OperatorError) -> Graph.Source {
    let stage = stages[number]
    var reads: [Graph.Source] = []
    for source in stage.sources { reads.append(try self.source(source)) }
    let key = Copy(op: AnyHashable(stage.op), owner: stage.owner, reads: reads)
    let hasWeights = try !stage.op.weights(stage.inputs).isEmpty
    let equal = Copy(op: key.op, owner: hasWeights ? key.owner : "", reads: reads)
    if let there = copies[equal], case .node(let index, _) = there {
      computed[graph.nodes[index].name, default: [graph.nodes[index].name]].append(stage.name)
      return there
    }
    let node = graph.add(stage.name, stage.op, reads, declared: hasWeights ? stage.owner : nil)
    copies[equal] = node
    return node
  }

  private mutating func sweep(_ name: String, _ op: any Operator, _ reads: [Graph.Source]) -> Graph.Source {
    sweeps.append(name)
    return graph.add(name, op, reads)
  }
}

/// Which gradient enters a gate, and what else a sweep reads.
extension SweepBuilder {
  /// The gradient of the module's output.
  private func outer() throws(OperatorError) -> Graph.Source {
    let first = module.order == .pixelsFirst ? module.channels?.scale : module.pixels?.scale
    return try stage("\(first ?? module.channels?.scale ?? "").data").reads[0]
  }

  /// Gates of pixels and, unless these come from the input, what their pools get.
  private mutating func pixelParts(_ parts: inout SweepParts, pools: Bool) throws(OperatorError)
    -> [Graph.Source]
  {
    guard let pixels = module.pixels else { return [] }
    parts.pixelGates = true
    var reads = [try source(stage("\(pixels.scale).data").reads[1])]
    if pools {
      parts.pixelPools = true
      reads.append(try pixelShares(pixels))
      reads.append(try pixelPlaces(pixels))
    }
    return reads
  }

  /// Gates of channels, and what their pools get.
  private mutating func channelParts(_ parts: inout SweepParts) throws(OperatorError) -> [Graph.Source] {
    guard let channels = module.channels else { return [] }
    parts.channelGates = true
    var reads = [try source(stage("\(channels.scale).data").reads[1])]
    if let mean = channels.mean {
      parts.means = true
      reads.append(try source(stage("\(mean).data").reads[0]))
    }
    if let maximum = channels.maximum {
      parts.maxima = true
      reads.append(try source(stage("\(maximum).data").reads[1]))
      guard case .node(let sweep, _) = try node(stage("\(channels.scale).gate").number) else { return reads }
      reads.append(.node(sweep, output: 1))
    }
    return reads
  }

  private mutating func pixelShares(_ pixels: SweptModule.Pixels) throws(OperatorError) -> Graph.Source {
    if let shares { return shares }
    let pool = try stage("\(pixels.pool).data")
    let gradient = try source(pool.reads[1])
    let channels = stages[pool.number].inputs[0].c
    let node = graph.add("\(pixels.pool).shares", PixelShares(channels: channels), gradient)
    computed["\(pixels.pool).shares"] = []
    shares = node
    return node
  }

  /// The channels of the pixels' maxima, from the sweep over them or, where that reads another tensor, a sweep of their own.
  private mutating func pixelPlaces(_ pixels: SweptModule.Pixels) throws(OperatorError) -> Graph.Source {
    if let places { return places }
    let (pool, gate) = (try stage("\(pixels.pool).data"), try stage("\(pixels.scale).gate"))
    if pool.reads[0] == gate.reads[0] {
      guard case .node(let sweep, _) = try node(gate.number) else { return pool.reads[0] }
      places = .node(sweep, output: 1)
    } else {
      let name = "\(pixels.pool).data"
      places = sweep(name, PixelSweep(gates: nil, searches: true), [pool.reads[0]])
      made[pool.number] = places
    }
    return places ?? pool.reads[0]
  }
}

/// The sweeps.
extension SweepBuilder {
  private mutating func pixelSums(_ number: Int) throws(OperatorError) -> Graph.Source {
    guard let pixels = module.pixels else { return try copy(number) }
    let (stage, pool) = (stages[number], numbers["\(pixels.pool).data"])
    let searches = pool.map { stages[$0].sources[0] == stage.sources[0] } ?? false
    guard searches || module.pixelsReadChannels else { return try copy(number) }
    var (parts, reads) = (SweepParts(), [try source(stage.sources[0]), try source(outer())])
    if module.pixelsReadChannels { reads += try channelParts(&parts) }
    return sweep(
      stage.name, PixelSweep(gates: stage.outputs[0], searches: searches, parts: parts), reads)
  }

  private mutating func planeSums(_ number: Int) throws(OperatorError) -> Graph.Source {
    guard let channels = module.channels else { return try copy(number) }
    let stage = stages[number]
    let maximum = channels.maximum.flatMap { numbers["\($0).data"] }
    let searches = maximum != nil
    if let maximum, stages[maximum].sources[0] != stage.sources[0] {
      throw OperatorError("pools another tensor than it multiplies")
    }
    guard searches || module.channelsReadPixels else { return try copy(number) }
    var (parts, reads) = (SweepParts(), [try source(stage.sources[0]), try source(outer())])
    if module.channelsReadPixels {
      reads += try pixelParts(&parts, pools: module.order == .channelsFirst)
    }
    return sweep(
      stage.name, PlaneSweep(gates: stage.outputs[0], searches: searches, parts: parts), reads)
  }

  /// The gradient of the module's input, which a stage would give.
  private mutating func input(_ result: Graph.Source) throws(OperatorError) -> Graph.Source {
    guard case .node(let number, _) = result else { throw OperatorError("passes the gradient on as it is") }
    var (parts, reads) = (SweepParts(), [try source(outer())])
    reads += try pixelParts(&parts, pools: true)
    reads += try channelParts(&parts)
    let node = sweep(stages[number].name, InputSweep(order: module.order, parts: parts), reads)
    made[number] = node
    return node
  }
}
