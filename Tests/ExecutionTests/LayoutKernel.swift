import Execution
import Kernels
import Operators
import ReferenceKernels
import Tensors

/// The formula as a kernel that says what the test wants of it: any layouts, any estimate, any epilogues.
///
/// It changes what it reads to NCHW, computes the formula, applies what is fused and changes the result back.
struct LayoutKernel: Kernel {
  let name: String
  let forms: [Form]
  let takes: @Sendable (any Operator) -> Bool

  init(_ name: String, _ forms: Form..., for takes: @escaping @Sendable (any Operator) -> Bool) {
    (self.name, self.forms, self.takes) = (name, forms, takes)
  }

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    takes(op) ? .forms(forms) : .no("is not for it")
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let form = task.form else { throw OperatorError("\(name) is asked for no form") }
    return PreparedLayout(
      task: task, form: form, formula: try ReferenceKernel().prepare(task),
      output: try task.op.output(task.inputs))
  }
}

private struct PreparedLayout: Prepared {
  let task: KernelTask
  let form: Form
  let formula: any Prepared
  let output: TensorType

  private var inputCount: Int { task.inputs.reduce(0) { $0 + $1.count } }

  func workspace(threads: Int) -> Int { inputCount + 2 * output.count + formula.workspace(threads: threads) }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    var at = memory.workspace
    func take(_ count: Int) -> UnsafeMutablePointer<Float> {
      defer { at += count }
      return at
    }
    let inputs = task.inputs.map { take($0.count) }
    let (result, residual) = (take(output.count), take(output.count))
    let inner = CallMemory(inputs: inputs.map { UnsafePointer($0) }, outputs: [result], workspace: at)
    let before = Region("unpack", tiles: 1) { _, _ in
      for (i, type) in task.inputs.enumerated() {
        copy(memory.inputs[i], form.takes(i, of: task.inputs.count), to: inputs[i], .nchw, type)
      }
      if task.fusion.residual {
        copy(memory.inputs[task.inputs.count], form.gives(0), to: residual, .nchw, output)
      }
    }
    let after = Region("pack", tiles: 1) { _, _ in
      finish(result, residual)
      copy(UnsafePointer(result), .nchw, to: memory.outputs[0], form.gives(0), output)
    }
    return [before] + formula.bind(inner, threads: threads) + [after]
  }

  private func finish(_ result: UnsafeMutablePointer<Float>, _ residual: UnsafeMutablePointer<Float>) {
    for i in 0..<output.count {
      if let norm = task.fusion.batchNorm {
        let (scale, shift) = norm[i / output.plane % output.c]
        result[i] = result[i] * scale + shift
      }
      if task.fusion.residual { result[i] += residual[i] }
      if task.fusion.activation == .relu { result[i] = max(result[i], 0) }
    }
  }
}

/// Copies a tensor from one layout to another.
private func copy(
  _ from: UnsafePointer<Float>, _ a: Layout, to target: UnsafeMutablePointer<Float>, _ b: Layout,
  _ type: TensorType
) {
  for n in 0..<type.n {
    for c in 0..<type.c {
      for p in 0..<type.plane { target[b.offset(n, c, p, type)] = from[a.offset(n, c, p, type)] }
    }
  }
}

extension Layout {
  /// Where an element lies.
  fileprivate func offset(_ n: Int, _ c: Int, _ p: Int, _ type: TensorType) -> Int {
    guard let block = channelBlock else { return (n * type.c + c) * type.plane + p }
    let blocks = (type.c + block - 1) / block
    return ((n * blocks + c / block) * type.plane + p) * block + c % block
  }
}

/// The kernel of reorders, each at the same estimate.
struct ReorderKernel: Kernel {
  let name = "reorder"
  let cycles: Double

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    op is Reorder ? .yes(Form(cycles: cycles)) : .no("reorders only")
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let op = task.op as? Reorder else { throw OperatorError("reorders only") }
    return PreparedReorder(op: op, type: task.inputs[0])
  }
}

private struct PreparedReorder: Prepared {
  let op: Reorder
  let type: TensorType

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    [
      Region("reorder", tiles: 1) { _, _ in
        copy(memory.inputs[0], op.from, to: memory.outputs[0], op.to, type)
      }
    ]
  }
}
