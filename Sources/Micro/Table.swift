import MicroKernelAPI

/// The micro-kernels of this module's instruction set.
public func microKernels() -> MicroKernels {
  MicroKernels(
    lanes: Lane.scalarCount, outputBlock: 2 * Lane.scalarCount, pixelTile: pixelTile, pointBlock: pointBlock,
    weightCopies: weightCopies, scratch: max(32 * Lane.scalarCount, rowScratch),
    convTile: { convTile($0) }, pointTile: { pointTile($0) }, convRow: { convRow($0) },
    dotTile: { dotTile($0) }, windowRows: { windowRows($0) },
    windowPanel: { windowPanel($0) }, convPlanes: { convPlanes($0) },
    poolRows: { poolRows($0) }, poolPlanes: { poolPlanes($0) },
    planeStatistics: { planeStatistics($0) }, pixelStatistics: { pixelStatistics($0) }, gate: { gate($0) },
    padRows: { padRows($0) }, elementwise: { elementwise($0) }, affinePlanes: { affinePlanes($0) },
    probes: Probes(
      multiplyAdd: { probeMultiplyAdd($0, $1) }, read: { probeRead($0, $1, $2) },
      copy: { probeCopy($0, $1, $2) }))
}
