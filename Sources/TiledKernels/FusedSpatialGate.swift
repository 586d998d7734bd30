import Kernels
import MicroKernelAPI
import Models
import Operators
import Tensors

/// Gates of pixels: maximum and mean over channels, and a convolution of these two maps with batch norm and sigmoid.
struct FusedSpatialGate: FusedGate {
  let factors = GateFactors.pixels
  /// Turning the maps of larger images takes longer than regions of their own.
  let mostPixelsTogether = 512
  /// One image of the input.
  private let image: Shape
  private let reduced: ReducedConvolution
  private let weights: PackedWeights
  private let nodes: [String]
  private let micro: MicroKernels

  /// - Parameter node: of the task's operator, that computes the gate.
  init(_ gate: SpatialGate, _ task: KernelTask, at node: String) throws {
    let (shape, weights) = (task.inputs[0].shape, task.weights.scoped(node))
    let conv = Conv2D(out: 1, kernel: Pair(gate.kernel), padding: Padding(gate.kernel / 2), bias: false)
    let reduced = try ReducedConvolution(conv, [TensorType(1, 2, shape.h, shape.w)])
    let bank = FilterBank(
      weight: try weights.scoped("conv")["weight"], bias: nil, outputs: 1,
      depth: 2 * reduced.conv.kernel.h * reduced.conv.kernel.w,
      places: reduced.places(channels: 2).map { Constants($0) })
    let norm = gate.isNormalised ? try FoldedBatchNorm(BatchNorm(), weights.scoped("bn")) : nil
    self.reduced = reduced
    self.weights = PackedWeights(bank, block: 1, copies: task.micro.weightCopies, batchNorm: norm, task.micro)
    nodes = gate.isNormalised ? ["conv", "bn", "sigmoid"] : ["conv", "sigmoid"]
    image = Shape(1, shape.c, shape.h, shape.w)
    micro = task.micro
  }

  var packed: [PackedMemory] { [weights.packed] }

  private func maps(_ images: Int) -> SpatialGateMaps {
    SpatialGateMaps(Shape(images, image.c, image.h, image.w), reduced, weights, nodes: nodes, micro)
  }

  func workspace(images: Int) -> Int { maps(images).workspace }

  func gates(_ workspace: UnsafeMutablePointer<Float>, images: Int) -> UnsafeMutablePointer<Float> {
    workspace
  }

  func regions(
    _ images: GatedImages, _ workspace: UnsafeMutablePointer<Float>, _ scratch: WorkerScratch
  ) -> [Region] {
    maps(images.shape.n).regions(images, workspace, scratch)
  }
}
