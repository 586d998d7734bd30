/// An option of a command.
package struct Option: Sendable {
  /// With its dashes.
  package let name: String
  /// What the value looks like in the help; nil: a switch.
  package let value: String?
  package let help: String

  package init(name: String, value: String?, help: String) {
    (self.name, self.value, self.help) = (name, value, help)
  }
}

/// Those that several commands have.
extension Option {
  static let threads = Option(
    name: "--threads", value: "1,2,4|all", help: "thread counts; default 1,2 within the usable CPUs")
  static let kernels = Option(
    name: "--kernels", value: "reference,tiled|all|rivals|NAME",
    help: "kernels; 'tiled' is the selector's choice, 'rivals' all that it thinks less than 4 times as slow")
  static let isa = Option(
    name: "--isa", value: "baseline|avx2|avx512|best", help: "instruction set of tiled kernels")
  static let cache = Option(
    name: "--cache", value: "hot|cold|weights-cold",
    help: "what is evicted before each call; default hot, which is nothing")
  static let style = Option(
    name: "--style", value: "pytorch|caffe",
    help: "networks with bottlenecks: stride in the 3x3 (default) or in the first 1x1")
  static let pass = Option(
    name: "--pass", value: "forward|backward-data|backward-weights|backward|training",
    help:
      "which way through an operator: its result (default), gradients, or all of them; 'training' of a network takes "
      + "rate, momentum, decay and nesterov: training:rate=0.1,nesterov=1")
  static let batch = Option(name: "--batch", value: "N", help: "so many images instead of what a target says")
  static let filter = Option(
    name: "--filter", value: "REGEX", help: "only workloads whose name or text matches")
  static let seed = Option(
    name: "--seed", value: "N", help: "seed of inputs, weights, order and bootstrap; default 1")
  static let data = Option(
    name: "--data", value: "dense|zeros|sparse:0.9|denormal|FILE.npy",
    help: "what the inputs hold; default dense, seeded numbers from -1 to 1")
  static let weightsData = Option(
    name: "--weights-data", value: "dense|zeros|sparse:0.9|denormal", help: "the same for the weights")
  static let exact = Option(
    name: "--exact", value: nil,
    help: "only kernels whose errors are no larger than the formula's: no Winograd")
  static let tuned = Option(
    name: "--tuned", value: "FILE", help: "the selector goes by the times that 'tune' has written there")
  static let rounds = Option(name: "--rounds", value: "N", help: "rounds per workload")
  static let budget = Option(
    name: "--budget", value: "SECONDS",
    help:
      "time for the whole run; what is not reached is skipped. Default: 40 s of measuring, plus verification")
  static let caseLimit = Option(
    name: "--case-limit", value: "SECONDS", help: "longest step of a case before it fails; default 120")
  static let resume = Option(
    name: "--resume", value: "FILE",
    help: "continue an interrupted run from its .partial file; takes no other words")
  static let explain = Option(
    name: "--explain", value: nil,
    help:
      "also tell, on standard error, which kernels could compute each workload: estimates beside times")
  static let format = Option(
    name: "--format", value: "table|csv|json|markdown", help: "format of standard output")
  static let output = Option(
    name: "--output", value: "FILE", help: "also write .csv, .json, .md or .txt; may be repeated")
  static let quiet = Option(
    name: "--quiet", value: nil, help: "print nothing on standard output; needs --output")
  static let help = Option(name: "--help", value: nil, help: "print this text")
}
