import Execution
import Kernels
import Measurement
import Models
import Operators
import Support
import Tensors
import Testing
import TiledKernels

/// Steps of training in place. Flaws they would catch: weights that are packed once and stay, a velocity that is lost, a sign or
/// a factor of the update, running statistics that do not run.
@Suite struct TrainerTests {
  private static func layers() throws -> any Kernel {
    try #require(tiledKernels.first { $0.name == "tiled/layers" })
  }

  /// Rounding errors grow from step to step, as maxima and rectifications hang on the last digits.
  @Test(arguments: availableISAs)
  func lossesArePyTorchs(isa: ISA) throws {
    let layers = try #require(try Self.layers().exact)
    for golden in try TrainingGolden.all() {
      let step = try TrainingStep(golden.op, [golden.images], golden.optimizer)
      let weights = try FormulaTensors.weights(golden.op, [golden.images.shape])
      let trainer = try Trainer(step, layers, weights: weights, isa: isa, team: Team(threads: 2))
      var tolerance = 1e-4
      for (index, wanted) in golden.losses.enumerated() {
        try golden.fill(trainer.inputs[0], trainer.labels, step: index)
        let loss = Double(try trainer.step())
        #expect(
          abs(loss - wanted) <= tolerance * wanted, "\(golden) \(isa), step \(index): \(loss), not \(wanted)")
        // From 1e-4 to 1e-2 in nine steps.
        tolerance *= 1.668
      }
    }
  }

  /// Stripes along rows against stripes along columns, with noise as large as they are: two convolutions, CBAM, a dense layer.
  @Test(arguments: availableISAs)
  func aSmallNetworkLearns(isa: ISA) throws {
    let (network, batch) = (StripesNetwork(), TensorType(32, 1, 12, 12))
    let step = try TrainingStep(network, [batch], Optimizer(rate: 0.05, momentum: 0.9))
    let weights = try Weights<Float>.filled(network, [batch.shape])
    let trainer = try Trainer(step, Self.layers(), weights: weights, isa: isa, team: Team(threads: 2))
    var stripes = Stripes(seed: 1)
    for _ in 0..<60 {
      stripes.fill(trainer.inputs[0], trainer.labels)
      _ = try trainer.step()
    }
    let (images, labels) = (try Tensor<Float>(batch.shape), try Tensor<Int64>(Shape(batch.n)))
    var right = 0
    for _ in 0..<10 {
      stripes.fill(images, labels)
      // Inference, with what training has left in the running statistics.
      let logits = try outputs(of: Self.layers(), network, [images], weights, isa: isa, threads: [2])[0]
      for n in 0..<batch.n {
        let isColumns = logits.pointer[2 * n + 1] > logits.pointer[2 * n]
        right += isColumns == (labels.pointer[n] == 1) ? 1 : 0
      }
    }
    #expect(right >= 304, "\(right) of 320 on \(isa)")
  }

  /// The second step of a trainer is the first of another one that begins where it was.
  @Test func stepsFollowEachOther() throws {
    let (network, batch) = (StripesNetwork(), TensorType(8, 1, 12, 12))
    let step = try TrainingStep(network, [batch], Optimizer(rate: 0.1, momentum: 0))
    let team = Team(threads: 2)
    func trainer(_ weights: Weights<Float>) throws -> Trainer {
      let trainer = try Trainer(step, Self.layers(), weights: weights, isa: ISA.available[0], team: team)
      var stripes = Stripes(seed: 3)
      stripes.fill(trainer.inputs[0], trainer.labels)
      return trainer
    }
    let weights = try Weights<Float>.filled(network, [batch.shape])
    let first = try trainer(weights)
    let losses = [try first.step(), try first.step()]
    let other = try Weights<Float>.filled(network, [batch.shape])
    _ = try trainer(other).step()
    let second = try trainer(other)
    #expect(try second.step() == losses[1] && losses[0] != losses[1])
    for (name, tensor) in weights.all { #expect(tensor.elements == other.all[name]?.elements, "\(name)") }
  }

  @Test func wrongLabelsChangeNothing() throws {
    let (network, batch) = (StripesNetwork(), TensorType(4, 1, 12, 12))
    let step = try TrainingStep(network, [batch], Optimizer())
    let weights = try Weights<Float>.filled(network, [batch.shape])
    let before = weights.all.mapValues(\.elements)
    let trainer = try Trainer(
      step, Self.layers(), weights: weights, isa: ISA.available[0], team: Team(threads: 1))
    trainer.labels.assign([0, 1, -100, 2])
    let error = #expect(throws: TrainingError.self) { try trainer.step() }
    #expect(error == .label(2, image: 3, classes: 2))
    #expect(
      "\(try #require(error))"
        == "label 2 of image 3 is no class; expected 0 to 1, or -100 for an image that does not count")
    for (name, values) in before { #expect(weights.all[name]?.elements == values, "\(name)") }
  }

  @Test func aRateThatIsTooLargeIsToldWhereItHurts() throws {
    let (network, batch) = (StripesNetwork(), TensorType(4, 1, 12, 12))
    let step = try TrainingStep(network, [batch], Optimizer(rate: 1e30))
    let trainer = try Trainer(
      step, Self.layers(), weights: .filled(network, [batch.shape]), isa: ISA.available[0],
      team: Team(threads: 1))
    var stripes = Stripes(seed: 4)
    stripes.fill(trainer.inputs[0], trainer.labels)
    let error = #expect(throws: TrainingError.self) { for _ in 0..<4 { _ = try trainer.step() } }
    guard case .loss(_, let number)? = error else { return }
    #expect((2...4).contains(number))
    #expect("\(try #require(error))".contains("at step \(number); expected a finite number"))
  }
}

/// Two convolutions with batch norm, CBAM, a mean and a dense layer of two classes.
private struct StripesNetwork: Composite {
  var keyword: String { "stripes" }
  var takesImages: Bool { true }

  func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph {
    var graph = Graph()
    var x = Graph.Source.input(0)
    for (index, conv) in [
      Conv2D(out: 8, kernel: Pair(3), padding: Padding(1), bias: false),
      Conv2D(out: 16, kernel: Pair(3), stride: Pair(2), padding: Padding(1), bias: false),
    ].enumerated() {
      x = graph.add("conv\(index)", conv, x)
      x = graph.add("bn\(index)", BatchNorm(), x)
      x = graph.add("relu\(index)", ReLU(), x)
    }
    x = graph.add("cbam", CBAM(reduction: 4, kernel: 3), x)
    x = graph.add("pool", GlobalPool(.avg), x)
    graph.add("fc", Dense(out: 2), x)
    return graph
  }
}

/// Images of stripes two pixels wide, along rows (label 0) or columns (label 1), and noise.
private struct Stripes {
  private var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  private mutating func uniform() -> Float { Float(generator.next() >> 40) * 0x1p-24 }

  mutating func fill(_ images: any AnyTensor, _ labels: Tensor<Int64>) {
    let extent = images.shape.h
    for n in 0..<images.shape.n {
      let (isColumns, phase) = (generator.next() & 1 == 1, Int(generator.next() & 3))
      labels.pointer[n] = isColumns ? 1 : 0
      for pixel in 0..<extent * extent {
        let place = (isColumns ? pixel % extent : pixel / extent) + phase
        let value = (place / 2 % 2 == 0 ? 0.5 : -0.5) + 2 * uniform() - 1
        images.set(n * extent * extent + pixel, to: Double(value))
      }
    }
  }
}
