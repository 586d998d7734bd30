import MicroKernelAPI

/// The code of this module's instruction set, each micro-kernel in a file of its own.
enum Code: MicroCode {}

/// The micro-kernels of this module's instruction set.
public func microKernels() -> MicroKernels {
  MicroKernels(
    lanes: Lane.scalarCount, outputBlock: 2 * Lane.scalarCount, pixelTile: pixelTile, pointBlock: pointBlock,
    weightCopies: weightCopies, scratch: max(32 * Lane.scalarCount, rowScratch), code: Code.self,
    probes: Probes.self)
}
