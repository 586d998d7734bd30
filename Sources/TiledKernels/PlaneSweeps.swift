import Kernels
import MicroKernelAPI
import Models
import Tensors

/// The sweeps over the planes of one image that fused attention is made of; each is a region.
struct PlaneSweeps: Sendable {
  let shape: Shape
  let micro: MicroKernels

  /// `out = (x · channel gate) · pixel gate`, the products in the other order if the pixel gate came first; then the residual
  /// and ReLU, if there are any.
  func apply(
    _ image: UnsafePointer<Float>, channelGates: UnsafePointer<Float>?, pixelGates: UnsafePointer<Float>?,
    pixelFirst: Bool, residual: UnsafePointer<Float>?, relu: Bool, into target: UnsafeMutablePointer<Float>
  ) -> Region {
    Region("apply gates", rangesOf: shape.c) { planes, _ in
      let first = planes.lowerBound * shape.plane
      var work = Gate(input: image + first, output: target + first)
      work.planes = planes.count
      work.count = shape.plane
      work.planeGates = channelGates.map { $0 + planes.lowerBound }
      work.gates = pixelGates
      work.gatesFirst = pixelFirst
      work.residual = residual.map { $0 + first }
      work.relu = relu
      micro.gate(&work)
    }
  }

  /// Mean and maximum of every plane, as columns side by side: `[C][columns]`.
  func planeColumns(
    _ image: UnsafePointer<Float>, gates: UnsafePointer<Float>?, pools: ChannelGate.Pools,
    into columns: UnsafeMutablePointer<Float>, _ scratch: WorkerScratch
  ) -> Region {
    let width = pools == .both ? 2 : 1
    return Region("pool planes", rangesOf: shape.c) { planes, worker in
      var work = PlaneStatistics(
        input: image + planes.lowerBound * shape.plane, scratch: scratch[worker])
      work.gates = gates
      work.planes = planes.count
      work.count = shape.plane
      work.divisor = Float(shape.plane)
      let target = columns + planes.lowerBound * width
      work.targetStride = width
      if pools != .max { work.sum = target }
      if pools != .avg { work.maximum = target + (width - 1) }
      micro.planeStatistics(&work)
    }
  }
}
