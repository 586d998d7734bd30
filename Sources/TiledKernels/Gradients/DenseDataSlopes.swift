import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// The gradient of a dense layer's input: a dense layer with the weights transposed.
struct DenseDataSlopes: Kernel {
  let name = "tiled/dense-data-gradient"
  private let layers = DenseLayers()

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard let op = op as? DenseDataGradient else {
      return .no("computes gradients of the inputs of dense layers only")
    }
    return layers.support(op.transposed, inputs, isa: isa)
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    guard let op = task.op as? DenseDataGradient else {
      preconditionFailure("\(task.op.text) is no gradient of a dense layer's input")
    }
    let (outputs, features) = (op.dense.outputs, op.transposed.outputs)
    let (weight, turned) = (try task.weights["weight"], try Tensor<Float>(Shape(features, outputs)))
    let run = 64
    let turning = Packing(tiles: ceilDivide(features, run)) { tile in
      let first = tile * run
      var work = Transpose(input: weight.pointer + first, output: turned.pointer + first * outputs)
      (work.rows, work.inputStride) = (outputs, features)
      (work.columns, work.outputStride) = (min(run, features - first), outputs)
      task.micro.run(&work)
    }
    let layer = try layers.prepare(
      KernelTask(
        op.transposed, task.inputs, weights: Weights(["weight": turned]), isa: task.isa, micro: task.micro))
    return PreparedFromOthers(prepared: layer, first: [turning.packed])
  }
}

extension DenseDataGradient {
  /// From the outputs to the features.
  fileprivate var transposed: Dense { Dense(out: input.count / max(1, input.n), bias: false) }
}
