import Harness
import PlainText
import Records

/// What of a command line chooses a case, from what is known of the case.
package enum CaseOptions {
  /// Options that fill tensors as a record says.
  package static func data(_ text: String) -> [String] {
    let (inputs, weights) = DataText.parts(text)
    return (inputs == DataText.dense ? [] : ["--data", inputs])
      + (weights == DataText.dense ? [] : ["--weights-data", weights])
  }

  /// What the selector chooses from and goes by, as far as it is given.
  static func selector(_ arguments: Arguments) -> [String] {
    (arguments.has(Option.exact.name) ? [Option.exact.name] : [])
      + (arguments.value(Option.tuned.name).map { [Option.tuned.name, $0] } ?? [])
  }

  /// The same for a shell.
  fileprivate static func dataLine(_ text: String) -> String {
    data(text).map { $0.hasPrefix("--") ? " \($0)" : " \($0.shellQuoted)" }.joined()
  }
}

extension CaseIdentity {
  /// Target and options of a command that measures this case alone, for a shell.
  package var options: String {
    var words = "\(workloadText.shellQuoted) --kernels \(kernel)"
    if kernel != "reference" { words += threads.map { " --threads \($0)" } ?? "" }
    if kernel != "reference" { words += " --isa \(isa)" }
    if cache != "hot" { words += " --cache \(cache)" }
    return words + CaseOptions.dataLine(data)
  }
}

extension Reproduction {
  /// The command that shows it again, for a shell, with a selector like that of another one.
  func line(_ arguments: Arguments) -> String {
    ([line] + CaseOptions.selector(arguments).map(\.shellWord)).joined(separator: " ")
  }

  /// The command that shows it again, for a shell.
  package var line: String {
    if let contender {
      let options = "--threads \(threads) --seed \(seed)\(CaseOptions.dataLine(data))"
      return "cbambench run \(workloadText.shellQuoted) --contender \(contender.shellQuoted) \(options)"
    }
    let words = "\(workloadText.shellQuoted) --kernels \(kernel) --threads \(threads) --seed \(seed)"
    let set = kernel == "reference" ? "" : " --isa \(isa)"
    return "cbambench verify \(words)\(set)\(CaseOptions.dataLine(data))"
  }
}
