import Execution
import Kernels

private let vectorConvolutions: [any Kernel] = [
  BlockedConvolution(), DirectConvolution(), PointwiseConvolution(), RowConvolution(), DepthwisePlanes(),
  DepthwiseRowsKernel(),
  WinogradConvolution(size: 2), WinogradConvolution(size: 4), WinogradConvolution(size: 6),
]

private let convolutions: [any Kernel] =
  vectorConvolutions + [TurnedConvolution(catalogue: Catalogue(vectorConvolutions)), WindowConvolution()]

private let gradients: [any Kernel] = [
  BatchStatistics(), BatchNormSlopes(), ActivationSlopes(), PoolSlopes(), ChannelPoolSlopes(), GateSlopes(),
  ChannelSumming(), DenseDataSlopes(), DenseWeightSlopes(), Slices(), CrossEntropyRows(), Updates(),
]

private let primitives: [any Kernel] =
  convolutions + gradients + [
    TransposedConvolution(Catalogue(convolutions)), Pooling(), AdaptivePooling(), DenseLayers(),
    ElementwiseKernels(), Subsampling(), BlockedWeightGradient(), RowWeightGradient(),
  ]

private let parts: [any Kernel] =
  primitives + [
    FusedSqueezeExcitation(), FusedChannelAttention(), FusedSpatialAttention(), FusedCBAM(),
    FusedGradients(Catalogue(primitives)),
  ]

/// Winograd's convolutions as on a machine whose cores have a second cache of so many bytes: results are the same for every size.
public func winogradKernels(secondCache bytes: Int) -> [any Kernel] {
  [2, 4, 6].map { WinogradConvolution(size: $0, cache: bytes) }
}

/// The list of tiled kernels: a new one is a file and a line here.
public let tiledKernels: [any Kernel] = parts + [Layers(name: "tiled/layers", Catalogue(parts))]
