import Kernels

private let vectorConvolutions: [any Kernel] = [
  DirectConvolution(), PointwiseConvolution(), RowConvolution(), DepthwisePlanes(),
]

private let batchConvolutions: [any Kernel] =
  vectorConvolutions + [TurnedConvolution(catalogue: Catalogue(vectorConvolutions))]

private let convolutions: [any Kernel] =
  batchConvolutions + [WindowConvolution(others: Catalogue(batchConvolutions))]

private let parts: [any Kernel] =
  convolutions + [
    TransposedConvolution(Catalogue(convolutions)), Pooling(), AdaptivePooling(), DenseLayers(),
    ElementwiseKernels(), Subsampling(), FusedSqueezeExcitation(), FusedChannelAttention(),
    FusedSpatialAttention(), FusedCBAM(),
  ]

/// The list of tiled kernels: a new one is a file and a line here.
public let tiledKernels: [any Kernel] = parts + [Layers(catalogue: Catalogue(parts))]
