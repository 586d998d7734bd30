import Kernels

/// The list of tiled kernels: a new one is a file and a line here.
public enum TiledKernels {
  private static let vectorConvolutions: [any Kernel] = [
    DirectConvolution(), PointwiseConvolution(), RowConvolution(), DepthwisePlanes(),
  ]

  private static let batchConvolutions: [any Kernel] =
    vectorConvolutions + [TurnedConvolution(catalogue: Catalogue(vectorConvolutions))]

  private static let convolutions: [any Kernel] =
    batchConvolutions + [WindowConvolution(others: Catalogue(batchConvolutions))]

  private static let parts: [any Kernel] =
    convolutions + [
      TransposedConvolution(Catalogue(convolutions)), Pooling(), AdaptivePooling(), DenseLayers(),
      ElementwiseKernels(), Subsampling(), FusedAttention(),
    ]

  public static let all: [any Kernel] = parts + [Layers(catalogue: Catalogue(parts))]
}
