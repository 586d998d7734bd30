import Kernels
import Models
import Operators
import Support
import Tensors
import Testing
import TiledKernels

/// Estimated cycles of convolutions, and what they choose.
@Suite struct EstimateTests {
  /// Shapes for which the best kernel is at least a tenth faster than the next, as measured with AVX2 and AVX-512.
  private static let clear = [
    ("conv:out=64@1x256x56x56", "tiled/pointwise"),
    ("conv:out=64,k=3,s=2,p=1@1x64x56x56", "tiled/blocked"),
    ("conv:out=128,k=3,p=1,d=2@1x128x28x28", "tiled/blocked"),
    ("conv:out=64,k=3,s=3@1x64x57x57", "tiled/direct"),
    ("conv:out=64,k=3,p=1,g=64@1x64x112x112", "tiled/depthwise-rows"),
    ("conv:out=1,k=7,p=3@1x2x56x56", "tiled/rows"),
    ("conv:out=1024,k=3,p=1,g=1024@1x1024x7x7", "tiled/depthwise-rows"),
    ("conv:out=256,k=7,s=2,p=3,g=256@1x256x14x14", "tiled/depthwise"),
    ("conv:out=64,k=3,p=1@32x64x2x2", "tiled/winograd2"),
    ("conv:out=4,k=3,p=1@32x16x5x5", "tiled/turned"),
    ("conv:out=6,k=3,s=2@4x128x7x7", "tiled/windows"),
    ("conv:out=1,k=7@1x256x7x7", "tiled/windows"),
  ]

  /// Flaws it would catch: an estimate that forgets what a kernel is good at, or what it costs elsewhere.
  @Test(arguments: clear)
  func clearCasesAreChosen(text: String, kernel: String) throws {
    let (op, inputs) = try Self.convolution(text)
    for isa in availableISAs where isa != .baseline {
      #expect(Catalogue(tiledKernels).best(op, inputs, isa: isa)?.kernel.name == kernel, "\(isa)")
    }
  }

  /// Among tile sizes, for a core with a second cache of 2 MiB, as measured on one (Sapphire Rapids). Flaws it would catch: tiles that
  /// overlap the edge of a map or weights from far away that are not counted.
  @Test(arguments: [
    ("conv:out=128,k=3,p=1@1x128x28x28", 4), ("conv:out=512,k=3,p=1@1x512x7x7", 2),
    ("conv:out=512,k=3,p=1@1x512x14x14", 2), ("conv:out=512,k=3,p=1@8x512x7x7", 4),
    ("conv:out=256,k=3,p=1@8x256x14x14", 4),
  ])
  func tileSizesAreChosen(text: String, size: Int) throws {
    let (op, inputs) = try Self.convolution(text)
    let best = Catalogue(winogradKernels(secondCache: 2 << 20)).best(op, inputs, isa: .best)
    #expect(ISA.best != .avx512 || best?.kernel.name == "tiled/winograd\(size)")
  }

  /// No exact kernel adds more than two vectors of products a cycle, and twice the images take longer than one half. Windows meet no
  /// padding here, whose products some kernels leave out. Flaws it would catch: a loop that an estimate counts once for all
  /// groups, or for all images.
  @Test(arguments: [
    "conv:out=64@1x256x56x56", "conv:out=96,k=3,g=4@2x48x20x20", "conv:out=32,k=5,s=2,g=32@3x32x60x14",
    "conv:out=5,k=1x3,s=2@1x24x14x30", "conv:out=256,k=3@8x64x5x4", "conv:out=12@16x3x9x2",
  ])
  func workTakesTime(text: String) throws {
    let (op, inputs) = try Self.convolution(text)
    let doubled = inputs.map { TensorType(2 * $0.n, $0.c, $0.h, $0.w) }
    let products = Double(try op.cost(inputs).macs)
    for isa in availableISAs {
      let peak = Double(2 * isa.microKernels.lanes)
      let once = Self.estimates(op, inputs, isa)
      #expect(once.count >= 3)
      for (kernel, cycles) in once { #expect(cycles >= products / peak, "\(kernel) \(isa)") }
      for (kernel, cycles) in Self.estimates(op, doubled, isa) where kernel != "tiled/turned" {
        #expect(cycles >= 1.3 * (once[kernel] ?? .infinity), "\(kernel) \(isa)")
      }
    }
  }

  private static func convolution(_ text: String) throws -> (any Operator, [TensorType]) {
    let sides = text.split(separator: "@")
    let op = try Modules.parse(sides[0])
    return (op, try op.inputs(for: [Shape(text: sides[1])]))
  }

  private static func estimates(_ op: any Operator, _ inputs: [TensorType], _ isa: ISA) -> [String: Double] {
    let choices = Catalogue(tiledKernels).exact.choices(op, inputs, isa: isa)
    return Dictionary(choices.map { ($0.kernel.name, $0.form.cycles) }, uniquingKeysWith: min)
  }
}
