import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Steps of stochastic gradient descent, and running statistics: all arrays in one region, in runs of a fixed length.
struct Updates: Kernel {
  let name = "tiled/update"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard op is SGD || op is RunningStatistics else {
      return .no("computes updates of weights and of running statistics only")
    }
    return .yes(Form(cycles: Cycles.sweeps(((try? op.cost(inputs).bytes) ?? 0) / 4)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    switch task.op {
    case let sgd as SGD:
      return PreparedDescent(
        optimizer: sgd.optimizer, runs: Runs(task.inputs.prefix(sgd.count).map(\.count)), micro: task.micro)
    case let statistics as RunningStatistics:
      let counts = task.inputs.prefix(statistics.updates.count).map(\.count)
      return PreparedStatisticsUpdate(updates: Constants(statistics.updates), runs: Runs(counts))
    default: preconditionFailure("\(task.op.text) is no update")
    }
  }
}

/// Arrays cut in pieces.
private struct Runs: Sendable {
  struct Piece: Sendable {
    let array: Int
    let first: Int
    let count: Int
  }

  /// Floats of a piece.
  private static let length = 16 << 10

  let arrays: Int
  private let pieces: Constants<Piece>

  init(_ counts: [Int]) {
    arrays = counts.count
    pieces = Constants(
      counts.enumerated().flatMap { array, count in
        stride(from: 0, to: count, by: Self.length).map {
          Piece(array: array, first: $0, count: min(Self.length, count - $0))
        }
      })
  }

  func region(_ name: String, body: @escaping (Piece) -> Void) -> Region {
    let pieces = pieces
    return Region(name, tiles: pieces.count) { body(pieces.pointer[$0]) }.computing("")
  }
}

private struct PreparedDescent: Prepared {
  let optimizer: Optimizer
  let runs: Runs
  let micro: MicroKernels

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let (optimizer, count, micro) = (optimizer, runs.arrays, micro)
    let (inputs, outputs) = (memory.inputs, memory.outputs)
    return [
      runs.region("descend") { piece in
        var work = DescentStep(
          weights: inputs[piece.array] + piece.first, gradient: inputs[count + piece.array] + piece.first,
          output: outputs[piece.array] + piece.first, count: piece.count)
        if optimizer.hasVelocity {
          work.velocity = inputs[2 * count + piece.array] + piece.first
          work.newVelocity = outputs[count + piece.array] + piece.first
        }
        (work.rate, work.momentum) = (Float(optimizer.rate), Float(optimizer.momentum))
        (work.decay, work.isNesterov) = (Float(optimizer.decay), optimizer.isNesterov)
        micro.run(&work)
      }
    ]
  }
}

private struct PreparedStatisticsUpdate: Prepared {
  let updates: Constants<RunningStatistics.Update>
  let runs: Runs

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let (updates, inputs, outputs) = (updates, memory.inputs, memory.outputs)
    return [
      runs.region("running statistics") { piece in
        let update = updates.pointer[piece.array]
        let (keep, take) = (Float(1 - update.momentum), Float(update.momentum * update.correction))
        let (running, batch) = (inputs[piece.array], inputs[updates.count + piece.array])
        let output = outputs[piece.array]
        for i in piece.first..<piece.first + piece.count { output[i] = keep * running[i] + take * batch[i] }
      }
    ]
  }
}
