import Foundation
import Kernels
import MicroKernelAPI
import Models
import Operators
import Support
import Synchronization
import Tensors
import Testing
import TiledKernels

/// Whether kernels are slower than the formula by design: what a call of a micro-kernel costs, whatever it computes, against
/// all that the reference does. Nothing is timed.
@Suite struct CliffTests {
  /// Instructions that a call of a micro-kernel takes besides its work: closures, the copy of its structure, the ends of its
  /// loops. The reference takes two or more for each of its operations.
  static let instructionsOfACall = 100

  /// Each of the suite's workloads, with the kernel that the selector takes. Flaws it would catch: a call for each row of
  /// three pixels or plane of four; pixels of narrow rows that leave a register block mostly empty; scalar loops.
  @Test(arguments: try! cliffs())
  func callsAreFewAndFull(text: String) throws {
    let sides = text.split(separator: "@")
    let op = try Modules.parse(sides[0])
    let shapes = try op.inputs(for: [Shape(text: sides[1])])
    let cost = try op.cost(shapes)
    // A multiply-add is one operation of the reference, and two of the cost's.
    let operations = cost.flops - cost.macs
    for isa in availableISAs {
      let kernel = try #require(Catalogue(tiledKernels).best(op, shapes, isa: isa)?.kernel)
      let count = try calls(of: kernel, op, shapes, isa: isa)
      #expect(count.calls > 0, "\(kernel.name) \(isa) computes without micro-kernels")
      #expect(
        count.calls * Self.instructionsOfACall <= 2 * operations,
        "\(kernel.name) \(isa): \(count.calls) calls for \(operations) operations")
      // Register blocks hold several pixels of a convolution, which share what is read of weights.
      let most = min(isa.microKernels.pixelTile, try op.output(shapes).n * (try op.output(shapes).plane))
      #expect(
        count.tiles == 0 || 2 * count.pixels >= count.tiles * most,
        "\(kernel.name) \(isa): \(count.pixels) pixels in \(count.tiles) tiles of up to \(most)")
    }
  }

  /// A plane of one column costs what one of one row does, and a window that covers the plane what a global pool does.
  @Test(arguments: [
    ("conv:out=64,k=3x1,p=1x0,g=64@1x64x3136x1", "conv:out=64,k=1x3,p=0x1,g=64@1x64x1x3136"),
    ("conv:out=64,k=3,p=1@1x8x99x1", "conv:out=64,k=1x3,p=0x1@1x8x1x99"),
    ("conv:out=24,k=3,p=1@5x17x1x1", "conv:out=24@5x17x1x1"),
    ("pool:type=max,k=3x1,s=1,p=1x0@1x64x3136x1", "pool:type=max,k=1x3,s=1,p=0x1@1x64x1x3136"),
    ("pool:type=avg,k=7@1x2048x7x7", "globalpool:type=avg@1x2048x7x7"),
    ("adaptivepool:out=1@1x2048x7x7", "globalpool:type=avg@1x2048x7x7"),
    ("adaptivepool:out=7@1x512x14x14", "pool:type=avg,k=2@1x512x14x14"),
  ])
  func equalWorkIsEqualCalls(one: String, other: String) throws {
    for isa in availableISAs {
      let counts = try [one, other].map { text in
        let sides = text.split(separator: "@")
        let op = try Modules.parse(sides[0])
        let shapes = [TensorType(try Shape(text: sides[1]))]
        let kernel = try #require(Catalogue(tiledKernels).best(op, shapes, isa: isa)?.kernel)
        return try calls(of: kernel, op, shapes, isa: isa)
      }
      #expect(counts[0] == counts[1], "\(isa)")
    }
  }

  private struct Count: Equatable {
    var calls = 0
    /// Of direct convolutions.
    var tiles = 0
    var pixels = 0
  }

  private func calls(of kernel: any Kernel, _ op: any Operator, _ shapes: [TensorType], isa: ISA) throws
    -> Count
  {
    let counter = Counter()
    let task = KernelTask(
      op, shapes, weights: try Weights.filled(op, shapes.map(\.shape)), isa: isa,
      micro: counter.counting(isa.microKernels)
    )
    let prepared = try kernel.prepare(task)
    // Packing calls some, too.
    let before = counter.calls
    let inputs = try shapes.map { try Tensor<Float>.filled($0.shape) }
    let output = try Tensor<Float>(try op.output(shapes).shape)
    let workspace = try Tensor<Float>(Shape(max(1, prepared.workspace(threads: 1))))
    withExtendedLifetime((inputs, workspace)) {
      Team(threads: 1).run(prepared.bind(inputs, [output], workspace: workspace, threads: 1))
    }
    return Count(calls: counter.calls - before, tiles: counter.tiles, pixels: counter.pixels)
  }

  /// Texts of the suite in the repository.
  static func cliffs() throws -> [String] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: "Bench/Suites/cliffs.suite"), encoding: .utf8)
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
      line.range(of: " = ").map { String(line[$0.upperBound...]) }
    }
  }
}

/// Counts calls of micro-kernels.
private final class Counter: Sendable {
  private let all = Atomic<Int>(0)
  private let tileCount = Atomic<Int>(0)
  private let pixelCount = Atomic<Int>(0)

  var calls: Int { all.load(ordering: .relaxed) }
  var tiles: Int { tileCount.load(ordering: .relaxed) }
  var pixels: Int { pixelCount.load(ordering: .relaxed) }

  func counting(_ kernels: MicroKernels) -> MicroKernels {
    kernels.observed { call in
      self.all.add(1, ordering: .relaxed)
      guard let tile = call as? ConvTile else { return }
      self.tileCount.add(1, ordering: .relaxed)
      self.pixelCount.add(tile.pixels, ordering: .relaxed)
    }
  }
}
