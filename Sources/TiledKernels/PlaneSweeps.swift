import Kernels
import MicroKernelAPI
import Models
import Tensors

/// The sweeps over the planes of some images that fused attention is made of; each is a region.
struct PlaneSweeps {
  let images: GatedImages
  let micro: MicroKernels

  private var shape: Shape { images.shape }

  /// The images times their gates, in the order of the gates; then the residual and ReLU, if there are any.
  func apply(
    residual: UnsafePointer<Float>?, relu: Bool, into target: UnsafeMutablePointer<Float>
  ) -> Region {
    Region("apply gates", planes: shape.n * shape.c, of: shape.plane) { planes, _ in
      for run in planes.inImages(shape.c) {
        let first = run.lowerBound * shape.plane
        var work = Gate(input: images.input + first, output: target + first)
        work.images = max(1, run.count / shape.c)
        work.planes = run.count / work.images
        work.count = shape.plane
        work.planeGates = images.channelGates.map { $0 + run.lowerBound }
        work.gates = images.pixelGates.map { $0 + run.lowerBound / shape.c * shape.plane }
        work.gatesFirst = images.pixelsFirst
        work.residual = residual.map { $0 + first }
        work.relu = relu
        micro.run(&work)
      }
    }
  }

  /// Mean and maximum of every plane, its pixels times their gates, `columnStride` floats apart: `[N · C][columns]`, or a
  /// column of all planes after the other.
  func planeColumns(
    _ pools: ChannelGate.Pools, into columns: UnsafeMutablePointer<Float>, columnStride: Int,
    _ scratch: WorkerScratch
  ) -> Region {
    /// - Parameter planes: of one image, if there are gates.
    func pool(_ planes: Range<Int>, _ gates: UnsafePointer<Float>?, _ scratch: UnsafeMutablePointer<Float>) {
      var work = PlaneStatistics(input: images.input + planes.lowerBound * shape.plane, scratch: scratch)
      work.gates = gates
      work.planes = planes.count
      work.count = shape.plane
      work.divisor = Float(shape.plane)
      work.targetStride = pools == .both && columnStride == 1 ? 2 : 1
      let target = columns + planes.lowerBound * work.targetStride
      if pools != .max { work.sum = target }
      if pools != .avg { work.maximum = target + (pools == .both ? columnStride : 0) }
      micro.run(&work)
    }
    return Region("pool planes", planes: shape.n * shape.c, of: shape.plane) { planes, worker in
      guard let gates = images.pixelGates else { return pool(planes, nil, scratch[worker]) }
      for run in planes.perImage(shape.c) {
        pool(run, gates + run.lowerBound / shape.c * shape.plane, scratch[worker])
      }
    }
  }
}
