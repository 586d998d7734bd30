import Models
import Operators
import PlainText
import Records
import Tensors
import Workloads

/// What is counted of a stage, of several, or of a whole.
struct Counts {
  var parameters = 0
  var macs = 0
  var flops = 0
  var bytes = 0
  var filters = 0
  var kernels = 0
  /// All weights, learned or estimated, four bytes each; none where they are another stage's.
  var weightBytes = 0
  /// The output, four bytes per element; of several stages, all of them.
  var activationBytes = 0
  /// By the convention that was asked for.
  var counted: Int?

  init() {}

  init(_ stage: Stage, _ convention: Convention?) throws {
    (parameters, macs, flops, bytes) = (
      stage.cost.parameters, stage.cost.macs, stage.cost.flops, stage.cost.bytes
    )
    if let conv = stage.op as? Conv2D { (filters, kernels) = conv.filters(stage.inputs[0]) }
    let weights = stage.isShared ? [] : try stage.op.weights(stage.inputs)
    weightBytes = 4 * weights.reduce(0) { $0 + $1.shape.count }
    activationBytes = 4 * stage.output.count
    counted = convention?.count(stage)
  }

  static func + (a: Counts, b: Counts) -> Counts {
    var sum = Counts()
    sum.parameters = a.parameters + b.parameters
    sum.macs = a.macs + b.macs
    sum.flops = a.flops + b.flops
    sum.bytes = a.bytes + b.bytes
    sum.filters = a.filters + b.filters
    sum.kernels = a.kernels + b.kernels
    sum.weightBytes = a.weightBytes + b.weightBytes
    sum.activationBytes = a.activationBytes + b.activationBytes
    if a.counted != nil || b.counted != nil { sum.counted = (a.counted ?? 0) + (b.counted ?? 0) }
    return sum
  }
}

/// One line of `cost`: a stage, or the total.
struct CostLine {
  let name: String
  let stage: String
  let op: String
  let output: Shape
  let counts: Counts
  var hidden: Int?
  var share: Double?
  var peakActivationBytes: Int?
  var convention: Convention?

  static let columns = [
    "name", "stage", "operator", "output_shape", "parameters", "macs", "flops", "bytes", "hidden", "share",
    "filters", "kernels", "weight_bytes", "activation_bytes", "peak_activation_bytes", "convention",
    "counted",
  ]
  private static let texts: Set<String> = ["name", "stage", "operator", "output_shape", "convention"]

  var fields: [String] {
    let c = counts
    let numbers: [Int?] = [c.filters, c.kernels, c.weightBytes, c.activationBytes, peakActivationBytes]
    return [
      name, stage, op, output.description, String(c.parameters), String(c.macs), String(c.flops),
      String(c.bytes), hidden.map { String($0) } ?? "", share.map { String($0) } ?? "",
    ] + numbers.map { $0.map { String($0) } ?? "" }
      + [convention?.rawValue ?? "", c.counted.map { String($0) } ?? ""]
  }

  /// Stages of a workload, then the total.
  static func lines(_ workload: Workload, _ convention: Convention?) throws -> [CostLine] {
    let stages = try workload.op.stages(workload.inputs)
    let lines = try stages.map {
      CostLine(
        name: workload.name, stage: $0.name, op: $0.op.keyword, output: $0.output,
        counts: try Counts($0, convention), convention: convention)
    }
    var sum = lines.reduce(Counts()) { $0 + $1.counts }
    sum.bytes = workload.cost.bytes
    var total = CostLine(
      name: workload.name, stage: "total", op: workload.op.keyword, output: workload.output, counts: sum,
      peakActivationBytes: 4 * stages.peakActivations(workload.inputs).size, convention: convention)
    if var reducing = workload.op as? any Reducing {
      total.hidden = reducing.hidden(workload.inputs[0].c)
      reducing.reduction = 1
      total.share = Double(workload.cost.parameters) / Double(try reducing.cost(workload.inputs).parameters)
    }
    return lines + [total]
  }

  static func csv(_ lines: [CostLine]) -> String {
    let rows = lines.map { line in
      zip(columns, line.fields).map { texts.contains($0) ? EscapedText.escaped($1) : $1 }
    }
    return ([columns] + rows).map(CSV.line).joined()
  }

  static func json(_ lines: [CostLine]) -> String {
    let objects = lines.map { line in
      "  {"
        + zip(columns, line.fields).filter { !$1.isEmpty }.map { name, field in
          "\(JSON.string(name)): \(texts.contains(name) ? JSON.string(field) : field)"
        }.joined(separator: ", ") + "}"
    }
    return "[\n" + objects.joined(separator: ",\n") + "\n]\n"
  }
}
