import Kernels
import Operators
import ReferenceKernels
import Tensors

/// A reference whose result has a planted mistake, at any length.
struct FlawedSums: Kernel {
  enum Flaw: CaseIterable {
    case none
    /// All outputs larger by 0.1 %.
    case scaled
    /// The last element of the last input is left out.
    case missesLastTerm
    case zeros
    /// The numbers of another seed.
    case otherNumbers
  }

  let flaw: Flaw
  let name = "tiled/flawed-sums"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support { .yes(Form(cycles: 1)) }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    PreparedFlawedSums(flaw: flaw, kernel: try ReferenceKernel().prepare(task), task: task)
  }
}

private struct PreparedFlawedSums: Prepared {
  let flaw: FlawedSums.Flaw
  let kernel: any Prepared
  let task: KernelTask

  private var count: Int { task.inputs[0].count }

  func workspace(threads: Int) -> Int { kernel.workspace(threads: threads) + count }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let copy = memory.workspace + kernel.workspace(threads: threads)
    let inner = CallMemory(
      inputs: [Place(UnsafeMutableRawPointer(copy))] + memory.inputs.places.dropFirst(),
      outputs: memory.outputs.places,
      workspace: memory.workspace)
    let outputs = (try? task.op.output(task.inputs).count) ?? 0
    let before = Region("copy", tiles: 1) { _, _ in
      copy.update(from: memory.inputs[0], count: count)
      if flaw == .missesLastTerm { copy[count - 1] = 0 }
      if flaw == .otherNumbers { for i in 0..<count { copy[i] = Float((i * 7919 + 13) % 1009) / 512 - 1 } }
    }
    let after = Region("flaw", tiles: 1) { _, _ in
      for i in 0..<outputs {
        if flaw == .scaled { memory.outputs[0][i] *= 1.001 }
        if flaw == .zeros { memory.outputs[0][i] = 0 }
      }
    }
    return [before] + kernel.bind(inner, threads: threads) + [after]
  }
}
