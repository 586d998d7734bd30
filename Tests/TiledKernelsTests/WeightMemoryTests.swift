import Kernels
import Models
import Operators
import Support
import Tensors
import Testing
import TiledKernels
import Workloads

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

/// What packs weights anew leaves what packing them at first would, whatever was there before.
@Test(
  arguments: Modules.examples + Modules.examples.map { $0 + "/backward" } + [
    "conv:out=24,k=5,p=2@2x8x2x2", "conv:out=40,k=3,p=1,g=4@2x24x9x9", "conv:out=12,k=3,p=1@8x8x7x7",
    "conv:out=12,k=3,s=2,p=1@2x8x9x9/backward", "dense:out=7@2x33/backward",
    "batchnorm:frozen=1@2x8x5x5/backward",
  ])
func weightsArePackedAnew(text: String) throws {
  // Of one image, the last maps of a small network would leave batch norm a single value.
  let workload = try Workload(text.replacing("@1x3x32x32", with: "@2x3x32x32"))
  let (op, inputs) = (workload.op, workload.inputs)
  let wanted = try Weights<Float>.filled(op, inputs.map(\.shape), seed: 3)
  for isa in availableISAs {
    for kernel in Catalogue(tiledKernels).variants(op, inputs.map(\.shape), isa: isa) {
      let weights = try Weights<Float>.filled(op, inputs.map(\.shape), seed: 2)
      let prepared = try kernel.prepare(KernelTask(op, inputs, weights: weights, isa: isa))
      for (name, tensor) in weights.all { tensor.assign(try #require(wanted.all[name]).elements) }
      for packing in prepared.packed.compactMap(\.packing) {
        packing.body(0..<packing.tiles, 0)
      }
      let fresh = try kernel.prepare(KernelTask(op, inputs, weights: wanted, isa: isa))
      let pairs = zip(prepared.weightMemory, fresh.weightMemory)
      #expect(pairs.allSatisfy { $0.elementsEqual($1) }, "\(kernel.name) \(isa)")
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
