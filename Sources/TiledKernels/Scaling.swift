import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Planes times the gates of channels or of pixels.
struct PreparedScale: Prepared {
  let gate: Scale.Gate
  let shape: Shape
  let micro: MicroKernels

  /// Many planes shorter than a vector, whose gates are repeated so often that together they are whole vectors; nil: one by
  /// one.
  private var together: Int? {
    gate == .pixel && shape.plane > 1 && shape.plane < micro.lanes && shape.c >= 4 * micro.lanes
      ? micro.lanes : nil
  }

  /// Repeated gates for each worker.
  private var repeated: Int { together.map { $0 * shape.plane } ?? 0 }

  func workspace(threads: Int) -> Int { threads * repeated }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    [
      Region("scale", planes: shape.n * shape.c, of: shape.plane) { planes, worker in
        if gate == .channel {
          scale(memory, planes, planeGates: memory.inputs[1] + planes.lowerBound)
        } else if let together {
          for run in planes.perImage(shape.c) {
            scale(memory, run, together, repeatingIn: memory.workspace + worker * repeated)
          }
        } else {
          for run in planes.inImages(shape.c) { scale(memory, run, gates: gates(memory, run)) }
        }
      }.computing("")
    ]
  }

  /// Of the image that a run begins with.
  private func gates(_ memory: CallMemory, _ run: Range<Int>) -> UnsafePointer<Float> {
    memory.inputs[1] + run.lowerBound / shape.c * shape.plane
  }

  /// Planes of one image by the gates of its pixels, `together` of them as one.
  private func scale(
    _ memory: CallMemory, _ run: Range<Int>, _ together: Int, repeatingIn scratch: UnsafeMutablePointer<Float>
  ) {
    let gates = gates(memory, run)
    let groups = run.count / together
    let end = run.lowerBound + groups * together
    if groups > 0 {
      for at in stride(from: 0, to: repeated, by: shape.plane) {
        (scratch + at).update(from: gates, count: shape.plane)
      }
      scale(memory, run.lowerBound..<end, as: groups, gates: scratch)
    }
    if end < run.upperBound { scale(memory, end..<run.upperBound, gates: gates) }
  }

  /// - Parameters:
  ///   - run: whole images or planes of one.
  ///   - count: as how many planes of an image it is taken; nil: as they are.
  private func scale(
    _ memory: CallMemory, _ run: Range<Int>, as count: Int? = nil, gates: UnsafePointer<Float>? = nil,
    planeGates: UnsafePointer<Float>? = nil
  ) {
    let first = run.lowerBound * shape.plane
    var work = Gate(input: memory.inputs[0] + first, output: memory.outputs[0] + first)
    if gates != nil, count == nil { work.images = max(1, run.count / shape.c) }
    work.planes = count ?? run.count / work.images
    work.count = run.count * shape.plane / (work.images * work.planes)
    (work.gates, work.planeGates) = (gates, planeGates)
    micro.run(&work)
  }
}
