import Glibc
import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Softmax cross-entropy and its gradient: a row of logits at a time, whose exponentials a worker keeps.
struct CrossEntropyRows: Kernel {
  let name = "tiled/cross-entropy"

  func support(_ op: any Operator, _ inputs: [TensorType], isa: ISA) -> Support {
    guard op is CrossEntropy || op is CrossEntropyGradient else {
      return .no("computes softmax cross-entropy and its gradient only")
    }
    return .yes(Form(cycles: 2 * Cycles.region + Cycles.sweeps(3 * inputs[0].count)))
  }

  func prepare(_ task: KernelTask) throws -> any Prepared {
    PreparedRows(
      rows: task.inputs[0].n, classes: task.inputs[0].c, isGradient: task.op is CrossEntropyGradient,
      micro: task.micro)
  }
}

private struct PreparedRows: Prepared {
  let rows: Int
  let classes: Int
  let isGradient: Bool
  let micro: MicroKernels

  /// Whole lines.
  private var pitch: Int { ceilDivide(classes, 16) * 16 }

  /// The exponentials of a row for each worker; a loss for each row, or the factor of all.
  func workspace(threads: Int) -> Int {
    WorkerScratch.count(micro, threads: threads) + threads * pitch + (isGradient ? 1 : rows)
  }

  func bind(_ memory: CallMemory, threads: Int) -> [Region] {
    let scratch = WorkerScratch(memory.workspace, micro, threads: threads)
    let results = scratch.rest + threads * pitch
    let (rows, classes, pitch, micro) = (rows, classes, pitch, micro)
    let (logits, output) = (memory.inputs[0], memory.outputs[0])
    let labels = Labels(values: memory.inputs[1, as: Int64.self], rows: rows, classes: classes)
    func row(_ n: Int, _ worker: Int, _ target: UnsafeMutablePointer<Float>) -> SoftmaxRow {
      SoftmaxRow(logits + n * classes, classes, into: target, scratch[worker], micro)
    }
    guard isGradient else {
      return [
        Region("rows", tiles: rows) { n, worker in
          guard let label = labels.label(n) else { return }
          let row = row(n, worker, scratch.rest + worker * pitch)
          results[n] = logf(row.sum) + row.largest - logits[n * classes + label]
        },
        Region("mean", tiles: 1) { _ in output[0] = labels.mean(results) }.computing(""),
      ]
    }
    let gradient = memory.inputs[2]
    return [
      Region("count labels", tiles: 1) { _ in results[0] = gradient[0] / labels.count },
      Region("rows", tiles: rows) { n, worker in
        let target = output + n * classes
        guard let label = labels.label(n) else {
          return target.update(repeating: results[0].isNaN ? .nan : 0, count: classes)
        }
        let row = row(n, worker, target)
        var work = Elementwise(.affine, input: target, output: target, count: classes)
        work.scale = results[0] / row.sum
        micro.run(&work)
        target[label] = results[0] * (expf(logits[n * classes + label] - row.largest) / row.sum - 1)
      }.computing(""),
    ]
  }
}

/// The classes of all rows.
private struct Labels {
  let values: UnsafePointer<Int64>
  let rows: Int
  let classes: Int

  /// A row's class; nil: it has none.
  func label(_ row: Int) -> Int? {
    (0..<Int64(classes)).contains(values[row]) ? Int(values[row]) : nil
  }

  /// Rows that count; NaN if a label is neither a class nor the ignored one.
  var count: Float {
    var count = 0
    for row in 0..<rows where values[row] != CrossEntropy.ignored {
      guard label(row) != nil else { return .nan }
      count += 1
    }
    return Float(count)
  }

  /// Of the rows that count, in their order.
  func mean(_ losses: UnsafePointer<Float>) -> Float {
    var sum: Float = 0
    for row in 0..<rows where label(row) != nil { sum += losses[row] }
    return sum / count
  }
}

/// Exponentials of the differences from the largest logit of a row, and their sum.
private struct SoftmaxRow {
  let largest: Float
  let sum: Float

  init(
    _ logits: UnsafePointer<Float>, _ classes: Int, into target: UnsafeMutablePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>, _ micro: MicroKernels
  ) {
    var (largest, sum) = (Float(0), Float(0))
    var statistics = PlaneStatistics(input: logits, scratch: scratch)
    statistics.count = classes
    withUnsafeMutablePointer(to: &largest) {
      statistics.maximum = $0
      micro.run(&statistics)
    }
    var difference = Elementwise(.affine, input: logits, output: target, count: classes)
    difference.shift = -largest
    micro.run(&difference)
    var exponential = Elementwise(.exponential, input: target, output: target, count: classes)
    micro.run(&exponential)
    (statistics.input, statistics.maximum) = (UnsafePointer(target), nil)
    withUnsafeMutablePointer(to: &sum) {
      statistics.sum = $0
      micro.run(&statistics)
    }
    (self.largest, self.sum) = (largest, sum)
  }
}
