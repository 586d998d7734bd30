import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Sweeps over planes.
struct PlaneSweeping: Kernel {
  let name = "tiled/plane-sweep"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let sweep = op as? PlaneSweep else { return .no("computes sweeps over planes only") }
    let end = sweep.searches ? Cycles.planeEnd.places : Cycles.planeEnd.sums
    let values = Cycles.gradientSweep(2 * inputs[0].count, of: inputs[0], isa.microKernels)
    return .yes(Form(cycles: values + end * Double(inputs[0].n * inputs[0].c)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let sweep = task.op as? PlaneSweep else {
      preconditionFailure("\(task.op.text) is no sweep over planes")
    }
    return PreparedPlaneSweep(op: sweep, shape: task.inputs[0].shape, micro: task.micro)
  }
}

extension Cycles {
  /// Adding up the lanes of a plane's sum, and finding its largest value among them.
  fileprivate static let planeEnd = (sums: 10.0, places: 40.0)
}

private struct PreparedPlaneSweep: Prepared {
  let op: PlaneSweep
  let shape: Shape
  let micro: MicroKernels

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let (shape, micro) = (shape, micro)
    let (values, gradient, sums) = (memory.inputs[0], memory.inputs[1], memory.outputs[0])
    let spots = op.searches ? memory.outputs[1, as: Int32.self] : nil
    let maps = SweepMaps(op.parts, memory.inputs, from: 2)
    return [
      Region("sweep planes", planes: shape.n * shape.c, of: shape.plane) { planes, _ in
        for run in planes.perImage(shape.c) {
          let (first, image) = (run.lowerBound, run.lowerBound / shape.c)
          var work = PlaneGateGradient(
            values: values + first * shape.plane, gradient: gradient + first * shape.plane,
            sums: sums + first)
          work.read(maps, image: image, plane: shape.plane)
          (work.planes, work.count) = (run.count, shape.plane)
          work.firstPlane = first - image * shape.c
          work.spots = spots.map { $0 + first }
          micro.run(&work)
        }
      }.computing("")
    ]
  }
}
