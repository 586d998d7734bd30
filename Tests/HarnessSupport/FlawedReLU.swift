import Kernels
import Operators
import Tensors

/// What may be wrong with a result.
package enum Flaw: CaseIterable, Sendable {
  case writesNothing, writesZeros, lastOff, dependsOnThreads, swallowsNaN
}

/// A ReLU with a planted mistake.
package struct FlawedReLU: Kernel {
  package let flaw: Flaw
  package var isDirect = true
  /// Nil: as many as inputs.
  package var outputs: Int?
  package let name = "tiled/flawed"

  package init(flaw: Flaw, isDirect: Bool = true, outputs: Int? = nil) {
    (self.flaw, self.isDirect, self.outputs) = (flaw, isDirect, outputs)
  }

  package func support(_ op: any Operator, _ inputs: [Shape], isa: ISA) -> Support {
    .yes(Abilities(isDirect: isDirect))
  }

  package func prepare(_ task: KernelTask) throws -> any Prepared {
    PreparedFlaw(flaw: flaw, count: outputs ?? task.inputs[0].count)
  }
}

private struct PreparedFlaw: Prepared {
  let flaw: Flaw
  let count: Int

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    [
      Region("flawed", tiles: 1) { _, _ in
        if flaw == .writesNothing { return }
        for i in 0..<count {
          let x = memory.inputs[0][i]
          memory.outputs[0][i] = x > 0 || (x.isNaN && flaw != .swallowsNaN) ? x : 0
          if flaw == .writesZeros { memory.outputs[0][i] = 0 }
        }
        if flaw == .lastOff { memory.outputs[0][count - 1] += 0.25 }
        if flaw == .dependsOnThreads && threads > 1 { memory.outputs[0][0] = -0.0 }
      }
    ]
  }
}
