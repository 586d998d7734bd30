import Kernels
import Models
import Operators
import ReferenceKernels
import Support
import Tensors
import TiledKernels
import Testing

/// The workspace that a kernel asks for is the one that it uses: nothing is written after it, where a guard page lies, and
/// all but micro-kernels' scratch memory and rounding is overwritten.
@Test(arguments: [
  "conv:out=40,k=3,p=1@2x16x15x17", "conv:out=24@1x16x13x13", "conv:out=64@1x64x16x16",
  "conv:out=16,k=3,p=1,g=16@1x16x14x14", "conv:out=96,k=3,p=1,g=48,bias=0@1x48x7x9",
  "conv:out=64,k=3,s=2,p=1@1x32x28x28", "pool:k=3,s=2,p=1@1x8x15x15", "pool:k=5,s=3,p=2@1x7x13x35",
  "globalpool@1x64x7x7", "channelpool@1x64x15x15", "channelpool@1x512x15x15", "dense:out=40@1x64",
  "dense:out=40@3x64", "batchnorm@1x8x9x9", "relu@1x8x9x9", "sigmoid@1x8x9x9", "add@1x8x9x9", "scale@1x8x9x9",
  "concat@1x8x9x9", "se@1x32x9x9", "channel-attention@1x32x9x9", "spatial-attention@1x32x9x9",
  "cbam@1x32x9x9", "cbam@2x512x9x9", "cbam:order=parallel@1x32x9x9", "cbam@5x32x3x2", "cbam@7x32x17x9",
  "se@9x32x1x1", "spatial-attention@3x32x40x1", "channelpool@3x128x5x5", "scale:gate=pixel@3x128x2x2",
  "scale:gate=channel@3x16x3x3", "basicblock:out=11,s=2@2x7x9x5",
  "bottleneck:width=8,attention=cbam,r=4@1x32x9x9",
])
func theWorkspaceIsUsed(text: String) throws {
  let sides = text.split(separator: "@")
  let op = try Modules.parse(sides[0])
  let shapes = try op.inputs(for: [Shape(text: sides[1])]).map(\.shape)
  let weights = try Weights.filled(op, shapes)
  let stages = try op.stages(shapes).count
  for isa in availableISAs {
    let variants = Catalogue(tiledKernels).variants(op, shapes, isa: isa)
    for kernel in [ReferenceKernel()] + variants {
      let prepared = try kernel.prepare(KernelTask(op, shapes, weights: weights, isa: isa))
      let isReference = kernel is ReferenceKernel
      for threads in isReference ? [1] : [1, 2, 5] {
        let untouched = try untouched(prepared, op, shapes, threads: threads)
        let panels = kernel.name == "tiled/pointwise" ? shapes[0].plane / (2 * isa.microKernels.lanes) + 1 : 0
        // Points at a power of two apart are spread.
        let points = kernel.name.hasPrefix("tiled/winograd") ? 64 * 16 * (threads + 2) : 0
        // As are blocks of channels.
        let blocks = kernel.name == "tiled/blocked" ? 32 * shapes[0].c / isa.microKernels.lanes * threads : 0
        let slack =
          points + blocks
          + (isReference ? 0 : threads * isa.microKernels.scratch + 16 * (stages - 1) + 32 * panels)
        #expect(untouched <= slack, "\(kernel.name) \(isa), \(threads) threads")
      }
    }
  }
}

/// Floats of the workspace that a call leaves as they are, whatever worker gets which tile.
private func untouched(
  _ prepared: any Prepared, _ op: any Operator, _ shapes: [Shape], threads: Int
) throws -> Int {
  let inputs = try shapes.map { try Tensor<Float>.filled($0) }
  let output = try Tensor<Float>(try op.output(shapes))
  let floats = prepared.workspace(threads: threads)
  guard floats > 0 else { return 0 }
  let workspace = try Tensor<Float>(Shape(floats), backing: .guarded)
  // A NaN that no kernel makes.
  let mark = Float(bitPattern: 0x7FDE_AD01)
  workspace.buffer.update(repeating: mark)
  withExtendedLifetime((inputs, output)) {
    for region in prepared.bind(inputs, [output], workspace: workspace, threads: threads) {
      for worker in 0..<threads { region.body(0..<region.tiles, worker) }
    }
  }
  return workspace.buffer.count { $0.bitPattern == mark.bitPattern }
}
