import Foundation
import Testing

/// The programs in `Examples`, run; `make examples` builds them as a package of their own.
@Suite struct ExampleTests {
  private func rows(_ example: String) throws -> [Substring] {
    let program = House.products.appendingPathComponent(example).path
    return String(decoding: try House.output(program, []), as: UTF8.self).split(separator: "\n")
  }

  /// Both thread counts are measured, which a kernel is only after it was found right.
  @Test func ownKernel() throws {
    let rows = try rows("OwnKernel")
    for kernel in ["own/mean", "tiled/pool"] {
      #expect(rows.count { $0.contains(" \(kernel) ") && $0.contains("×") } == 2, "\(rows)")
    }
  }

  /// SE at half of 256 channels has 2·256·128 weights and 128 + 256 biases; the map of pixel gates has 256 weights.
  /// ResNet-50 has 3, 4, 6 and 3 blocks of 256, 512, 1024 and 2048 channels.
  @Test func ownAttention() throws {
    let rows = try rows("OwnAttention")
    func parameters(_ channels: Int) -> Int { channels * channels + channels / 2 + channels + channels }
    let blocks = [(3, 256), (4, 512), (6, 1024), (3, 2048)].reduce(0) { $0 + $1.0 * parameters($1.1) }
    #expect(rows[0].hasPrefix("scse on 256x56x56: \(parameters(256)) parameters"))
    #expect(rows[2].hasPrefix("resnet50 with scse: \(25_557_032 + blocks) parameters"))
    #expect(rows.count { $0.contains(" tiled/layers ") && $0.contains("×") } == 2, "\(rows)")
  }
}
