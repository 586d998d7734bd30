import Kernels
import Models
import Operators
import ReferenceKernels
import Support
import Tensors
import Testing
import TiledKernels

/// Every kernel that is asked to prepare without one of the weights says which.
@Test(arguments: [
  "conv:out=40,k=3,p=1@1x16x7x7", "conv:out=24@1x16x7x7", "conv:out=2@1x40x1x1",
  "conv:out=16,k=3,g=16@1x16x7x7",
  "conv:out=3,k=3,bias=0@1x2x40x3", "conv-transpose:out=8,k=4,s=2,p=1@1x6x5x5",
  "conv-transpose:out=6,k=3,g=6@1x6x5x5", "dense:out=40@1x64", "dense:out=3@9x64", "batchnorm@1x8x9x9",
  "se@1x32x9x9", "channel-attention@1x32x9x9", "spatial-attention@1x32x9x9", "cbam@1x32x9x9",
  "basicblock:out=8,s=2@1x8x9x9", "bottleneck:width=8,out=8,attention=cbam,r=2@1x8x9x9",
])
func everyKernelNamesAMissingWeight(text: String) throws {
  let sides = text.split(separator: "@")
  let (op, shape) = (try Modules.parse(sides[0]), try Shape(text: sides[1]))
  let weights = try Weights.filled(op, [shape])
  #expect(!weights.all.isEmpty)
  for isa in availableISAs {
    let kernels = Catalogue(tiledKernels).variants(op, [shape], isa: isa)
    #expect(!kernels.isEmpty)
    for kernel in kernels + [ReferenceKernel()] {
      for name in weights.all.keys {
        let others = Weights(weights.all.filter { $0.key != name })
        let error = #expect(throws: OperatorError.self, "\(kernel.name) on \(isa) without \(name)") {
          try kernel.prepare(KernelTask(op, [shape], weights: others, isa: isa))
        }
        let text = error?.description ?? ""
        #expect(
          text.hasPrefix("there are no weights '\(name)'; there are "), "\(kernel.name) \(isa): \(text)")
      }
    }
  }
}
