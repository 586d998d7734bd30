import Kernels
import Models
import Operators
import Support
import Tensors
import TiledKernels
import Testing

/// What a kernel names as the memory of its weights is at least as large as the weights.
@Test(arguments: [
  "conv:out=40,k=3,p=1@1x16x7x7", "conv:out=24@1x16x7x7", "conv:out=16,k=3,g=16@1x16x7x7",
  "dense:out=40@1x64", "batchnorm@1x8x9x9", "se@1x32x9x9", "channel-attention@1x32x9x9",
  "spatial-attention@1x32x9x9", "cbam@1x32x9x9", "basicblock:out=8@1x8x9x9",
])
func weightsAreNamed(text: String) throws {
  let sides = text.split(separator: "@")
  let (op, shape) = (try Modules.parse(sides[0]), try Shape(text: sides[1]))
  let parameters = try op.cost([shape]).parameters
  let weights = try Weights.filled(op, [shape])
  for isa in availableISAs {
    let variants = Catalogue(tiledKernels).variants(op, [shape], isa: isa)
    #expect(!variants.isEmpty)
    for kernel in variants {
      let prepared = try kernel.prepare(KernelTask(op, [shape], weights: weights, isa: isa))
      let bytes = prepared.weightMemory.reduce(0) { $0 + $1.count }
      // Batch norm after a convolution is folded into its weights and bias.
      let folds = op is BasicBlock || op is SpatialAttention || op is CBAM
      let floor = parameters * (folds ? 3 : 4)
      #expect(bytes >= floor, "\(kernel.name) \(isa): \(bytes) bytes for \(parameters) parameters")
    }
  }
}

/// Packed weights of exact kernels are no more than the weights, as often as micro-kernels want them, where blocks hardly exceed the layer.
@Test(arguments: ["conv:out=96,k=3,p=1@1x16x7x7", "conv:out=96@1x64x8x8", "dense:out=96@1x640"])
func packedWeightsAreNoLarger(text: String) throws {
  let sides = text.split(separator: "@")
  let (op, shape) = (try Modules.parse(sides[0]), try Shape(text: sides[1]))
  let bytes = 4 * (try op.cost([shape]).parameters)
  let weights = try Weights.filled(op, [shape])
  for isa in availableISAs {
    for kernel in Catalogue(tiledKernels).exact.variants(op, [shape], isa: isa) {
      let prepared = try kernel.prepare(KernelTask(op, [shape], weights: weights, isa: isa))
      let packed = prepared.weightMemory.reduce(0) { $0 + $1.count }
      let copies =
        ["tiled/rows", "tiled/pointwise", "tiled/windows"].contains(kernel.name)
        ? isa.microKernels.weightCopies : 1
      #expect(packed >= bytes && packed * 20 <= copies * bytes * 21, "\(kernel.name) \(isa)")
    }
  }
}
