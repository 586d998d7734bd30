import Models
import Operators
import Support
import Tensors
import Testing

@Suite struct ArenaTests {
  typealias Interval = Arena.Interval

  static let chains: [([Interval], peak: Int, size: Int)] = [
    ([], 0, 0),
    ([Interval(size: 5, first: 0, last: 0)], 5, 5),
    // A chain: each result is read by the next step alone.
    ((0..<4).map { Interval(size: 10, first: $0, last: $0 + 1) }, 20, 20),
    // A skip connection over two steps.
    (
      [
        Interval(size: 8, first: 0, last: 3), Interval(size: 4, first: 1, last: 2),
        Interval(size: 4, first: 2, last: 3), Interval(size: 8, first: 3, last: 3),
      ], 20, 20
    ),
    // Nothing lives at the same time.
    ([Interval(size: 3, first: 0, last: 1), Interval(size: 7, first: 2, last: 9)], 7, 7),
    // What is empty needs no place.
    ([Interval(size: 0, first: 0, last: 9), Interval(size: 7, first: 2, last: 9)], 7, 7),
  ]

  @Test(arguments: chains)
  func placesOfChains(intervals: [Interval], peak: Int, size: Int) {
    #expect(Arena.peak(intervals).size == peak)
    #expect(Arena(intervals).size == size)
  }

  /// Whatever lives at the same time lies apart; the size is at least what lives at once and at most everything.
  @Test(arguments: 0..<200, [1, 16])
  func nothingOverlaps(seed: Int, alignment: Int) {
    var generator = Numbers(state: UInt64(seed))
    let intervals = (0..<(1 + seed % 40)).map { _ in
      let first = Int.random(in: 0..<30, using: &generator)
      return Interval(
        size: Int.random(in: 0..<100, using: &generator), first: first,
        last: first + Int.random(in: 0..<10, using: &generator))
    }
    let arena = Arena(intervals, alignment: alignment)
    for (i, a) in intervals.enumerated() {
      #expect(arena.offsets[i] % alignment == 0)
      #expect(arena.offsets[i] + a.size <= arena.size || a.size == 0)
      for (j, b) in intervals.enumerated() where j < i && a.first <= b.last && b.first <= a.last {
        let apart =
          arena.offsets[i] + a.size <= arena.offsets[j] || arena.offsets[j] + b.size <= arena.offsets[i]
        #expect(
          apart || a.size == 0 || b.size == 0, "\(a) at \(arena.offsets[i]), \(b) at \(arena.offsets[j])")
      }
    }
    #expect(arena.size >= Arena.peak(intervals).size)
    #expect(arena.size <= intervals.reduce(0) { $0 + $1.size + alignment })
  }

  /// relu(bn(conv(x))) + x: x, branch and sum live together at the end.
  @Test func peakOfABlock() throws {
    let block = BasicBlock(out: 4)
    let input = TensorType(1, 4, 5, 5)
    let stages = try block.stages([input])
    #expect(stages.peakActivations([input]) == (3 * 400, 1))
    #expect(stages.blocks.map(\.name) == [""] && stages.blocks[0].stages == 0..<stages.count)
    #expect(try ReLU().stages([input]).peakActivations([input]) == (2 * 400, 0))
  }

  @Test func stagesNameTheirSources() throws {
    let stages = try Modules.parse("channel-attention:r=2").stages([Shape(1, 8, 3, 3)])
    let byName = Dictionary(uniqueKeysWithValues: stages.enumerated().map { ($1.name, $0) })
    let scale = try #require(byName["scale"].map { stages[$0] })
    let sigmoid = try #require(byName["gate.sigmoid"])
    #expect(scale.sources == [.input(0), .node(sigmoid)])
    #expect(stages.outputs == [.node(stages.count - 1)])
    // The MLP's second use has the first one's weights.
    let second = try #require(byName["gate.mlp-max.fc1"].map { stages[$0] })
    #expect(second.owner == "gate.mlp.fc1" && second.cost.parameters == 0)
  }

  private struct Numbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }
}
