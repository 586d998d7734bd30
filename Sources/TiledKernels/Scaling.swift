import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Planes times the gates of channels or of pixels.
struct PreparedScale: Prepared {
  let gate: Scale.Gate
  let shape: Shape
  let micro: MicroKernels

  /// Planes shorter than a vector whose gates are repeated so often that together they are whole vectors; nil: one by one.
  private var together: Int? { gate == .pixel && shape.plane < micro.lanes ? micro.lanes : nil }

  /// Repeated gates for each worker.
  private var repeated: Int { together.map { $0 * shape.plane } ?? 0 }

  func workspace(threads: Int) -> Int { threads * repeated }

  func bind(_ memory: Arguments, threads: Int) -> [Region] {
    [
      Region("scale", rangesOf: shape.n * shape.c) { planes, worker in
        for run in planes.perImage(shape.c) {
          switch gate {
          case .channel: scale(memory, run, planeGates: memory.inputs[1] + run.lowerBound)
          case .pixel: scale(memory, run, repeatingIn: memory.workspace + worker * repeated)
          }
        }
      }
    ]
  }

  /// Planes of one image by the gates of its pixels.
  private func scale(_ memory: Arguments, _ run: Range<Int>, repeatingIn scratch: UnsafeMutablePointer<Float>)
  {
    let gates = memory.inputs[1] + run.lowerBound / shape.c * shape.plane
    let groups = together.map { run.count / $0 } ?? 0
    let end = run.lowerBound + groups * (together ?? 0)
    if groups > 0 {
      for at in stride(from: 0, to: repeated, by: shape.plane) {
        (scratch + at).update(from: gates, count: shape.plane)
      }
      scale(memory, run.lowerBound..<end, as: groups, gates: scratch)
    }
    if end < run.upperBound { scale(memory, end..<run.upperBound, gates: gates) }
  }

  /// - Parameter count: as how many planes a run of them is taken; nil: as they are.
  private func scale(
    _ memory: Arguments, _ run: Range<Int>, as count: Int? = nil, gates: UnsafePointer<Float>? = nil,
    planeGates: UnsafePointer<Float>? = nil
  ) {
    let first = run.lowerBound * shape.plane
    var work = Gate(input: memory.inputs[0] + first, output: memory.outputs[0] + first)
    work.planes = count ?? run.count
    work.count = run.count * shape.plane / work.planes
    (work.gates, work.planeGates) = (gates, planeGates)
    micro.gate(&work)
  }
}
