import Foundation
import Harness
import Kernels
import Measurement
import Models
import PlainText
import Tensors
import TiledKernels
import Workloads

extension Option {
  static let threads = Option(
    name: "--threads", value: "1,2,4|all", help: "thread counts; default 1,2 within the usable CPUs")
  static let kernels = Option(
    name: "--kernels", value: "reference,tiled|all|NAME", help: "kernels; 'tiled' is the selector's choice")
  static let isa = Option(
    name: "--isa", value: "baseline|avx2|avx512|best", help: "instruction set of tiled kernels")
  static let cache = Option(
    name: "--cache", value: "hot|cold|weights-cold",
    help: "what is evicted before each call; default hot, which is nothing")
  static let style = Option(
    name: "--style", value: "pytorch|caffe",
    help: "networks with bottlenecks: stride in the 3x3 (default) or in the first 1x1")
  static let filter = Option(
    name: "--filter", value: "REGEX", help: "only workloads whose name or text matches")
  static let seed = Option(
    name: "--seed", value: "N", help: "seed of inputs, weights, order and bootstrap; default 1")
  static let data = Option(
    name: "--data", value: "dense|zeros|sparse:0.9|denormal|FILE.npy",
    help: "what the inputs hold; default dense, seeded numbers from -1 to 1")
  static let weightsData = Option(
    name: "--weights-data", value: "dense|zeros|sparse:0.9|denormal", help: "the same for the weights")
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
  static let format = Option(
    name: "--format", value: "table|csv|json|markdown", help: "format of standard output")
  static let output = Option(
    name: "--output", value: "FILE", help: "also write .csv, .json, .md or .txt; may be repeated")
  static let quiet = Option(
    name: "--quiet", value: nil, help: "print nothing on standard output; needs --output")
  static let help = Option(name: "--help", value: nil, help: "print this text")
}

/// Results in the forms that every command can write.
struct Report {
  /// Within so many characters; nil: as wide as it is.
  let table: (_ width: Int?) -> String
  let markdown: String
  let csv: String
  let json: String
  /// Markdown with links that hold in a folder; nil: there are none.
  var linked: ((_ folder: String) -> String)?

  enum Format: String, CaseIterable {
    case table, csv, json, markdown
  }

  func text(_ format: Format, width: Int? = nil) -> String {
    switch format {
    case .table: table(width).inertLines
    case .csv: csv
    case .json: json
    case .markdown: markdown
    }
  }
}

/// Where results go.
struct Outputs {
  private let format: Report.Format
  private let quiet: Bool
  private let files: [(OptionFile, Report.Format)]
  private let tables: TableOptions

  /// - Parameter columns: names that `--columns` may have.
  init(_ arguments: Arguments, columns: [String] = []) throws(UsageError) {
    let name = arguments.value("--format") ?? "table"
    guard let format = Report.Format(rawValue: name) else {
      throw UsageError("--format \(name.shown): expected one of: table csv json markdown")
    }
    self.format = format
    quiet = arguments.has("--quiet")
    var files: [(OptionFile, Report.Format)] = []
    for path in arguments.all("--output") {
      guard !files.contains(where: { $0.0.path == path }) else {
        throw UsageError("--output \(path.shownPath) is given twice")
      }
      let forms: [String: Report.Format] = ["csv": .csv, "json": .json, "md": .markdown, "txt": .table]
      let ending = URL(fileURLWithPath: path).pathExtension
      let device = path.hasPrefix("/dev/")
      guard let form = forms[ending] ?? (device ? format : nil) else {
        throw UsageError("--output \(path.shownPath): the name must end in .csv, .json, .md or .txt")
      }
      files.append((try OptionFile(path, "--output"), form))
    }
    self.files = files
    if quiet && files.isEmpty { throw UsageError("--quiet without --output would leave no result") }
    tables = try TableOptions(arguments, known: columns)
    for option in ["--columns", "--wide"] where arguments.has(option) && !showsTables {
      throw UsageError("\(option) has no effect on csv and json, which have all columns anyway")
    }
  }

  /// Columns of tables that were asked for.
  var columns: [String]? { tables.columns }

  /// The first file that can have a side file.
  var regularFile: String? { files.first { $0.0.isRegular }?.0.path }

  /// Whether anybody gets a form for people: a table or Markdown.
  var showsTables: Bool {
    ((quiet ? [] : [format]) + files.map { $0.1 }).contains { $0 == .table || $0 == .markdown }
  }

  func write(_ report: Report) throws(UsageError) {
    // All are tried, so that one full disk does not cost what was measured.
    var failure: UsageError?
    if !quiet { do { try Console.print(report.text(format, width: tables.width)) } catch { failure = error } }
    for (file, form) in files {
      let folder = (file.path as NSString).deletingLastPathComponent
      let linked = form == .markdown ? report.linked?(folder) : nil
      do { try file.write(linked ?? report.text(form)) } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
  }
}

extension DataChoice {
  init(_ arguments: Arguments) throws(UsageError) {
    self.init()
    inputs = try named("--data") { () throws(UsageError) in
      try DataChoice(inputs: arguments.value("--data"), weights: nil).inputs
    }
    weights = try named("--weights-data") { () throws(UsageError) in
      try DataChoice(inputs: nil, weights: arguments.value("--weights-data")).weights
    }
  }
}

/// What `body` gives, or its error with the name of the option before it.
func named<T>(_ option: String, _ body: () throws(UsageError) -> T) throws(UsageError) -> T {
  do { return try body() } catch { throw UsageError("\(option) \(error)") }
}

extension Plan {
  /// Refuses data that none of the workloads takes.
  func checkData(_ workloads: [Workload]) throws(UsageError) {
    try named("--data") { () throws(UsageError) in try data.check(workloads) }
  }

  /// Reads the options that `run` and `verify` share.
  init(_ arguments: Arguments, defaults: Plan) throws(UsageError) {
    self = defaults
    if arguments.value("--kernels") == "reference" {
      for (name, only) in [("--threads", "1"), ("--isa", "baseline")] {
        if let value = arguments.value(name), value != only {
          throw UsageError("\(name) \(value.shown) has no effect with --kernels reference; expected \(only)")
        }
      }
    }
    if let names = arguments.value("--kernels") {
      let known = ["reference"] + Catalogue(tiledKernels).names
      requests = []
      for name in names.split(separator: ",", omittingEmptySubsequences: false) {
        let request = try named("--kernels:") { () throws(UsageError) in
          try Plan.Request(String(name), known: known)
        }
        requests.append(request)
      }
    }
    if let names = arguments.value("--isa") {
      isas = []
      for name in names.split(separator: ",", omittingEmptySubsequences: false) {
        guard let isa = name == "best" ? ISA.best : ISA(rawValue: String(name)) else {
          throw UsageError(
            "--isa \(names.shown): '\(name.shown)' is not an instruction set; expected one of: baseline avx2 avx512 best"
          )
        }
        if !isas.contains(isa) { isas.append(isa) }
      }
    }
    if arguments.value("--threads") == "all" {
      threads = Array(1...Machine().usableCPUs)
    } else if let counts = try arguments.integers("--threads", 1...1024) {
      threads = counts.sorted()
    }
    if let number = try arguments.integer("--seed", 0...Int.max) { seed = UInt64(number) }
    data = try DataChoice(arguments)
    if let name = arguments.value("--cache") {
      guard let state = CacheState(rawValue: name) else {
        let known = CacheState.allCases.map(\.rawValue).joined(separator: " ")
        throw UsageError("--cache \(name.shown): expected one of: \(known)")
      }
      guard state == .hot || Eviction.evict([]) else {
        throw UsageError(
          "--cache \(name.shown): programs cannot evict memory on this architecture; expected hot")
      }
      cache = state
    }
  }
}

/// Suites that targets name, filtered; `standard` where none is named.
func resolve(
  _ arguments: Arguments, standard: String,
  networkInput: @escaping @Sendable (Network) -> Shape = { $0.standardInput }
) throws(UsageError) -> [Suite] {
  let targets = Targets(library: .standard, networkInput: networkInput)
  let names = arguments.targets.isEmpty ? [standard] : arguments.targets
  var suites: [Suite] = []
  for name in names { suites.append(try targets.resolve(name)) }
  if let style = try arguments.word("--style", Style.self) { suites = try styled(suites, style) }
  guard let pattern = arguments.value("--filter") else { return suites }
  let regex: Pattern
  do { regex = try Pattern(pattern) } catch {
    throw UsageError("--filter \(pattern.shown): is not a regular expression: \(error)")
  }
  let filtered = suites.map { suite in
    Suite(
      name: suite.name,
      workloads: suite.workloads.filter { regex.isFound(in: $0.name) || regex.isFound(in: $0.text) })
  }
  guard filtered.contains(where: { !$0.workloads.isEmpty }) else {
    let count = suites.reduce(0) { $0 + $1.workloads.count }
    let all = count == 1 ? "the workload" : "any of the \(count) workloads"
    throw UsageError("--filter \(pattern.shown): does not match \(all)")
  }
  return filtered
}

/// All networks in one style.
private func styled(_ suites: [Suite], _ style: Style) throws(UsageError) -> [Suite] {
  var (result, networks): ([Suite], Int) = ([], 0)
  for suite in suites {
    var workloads: [Workload] = []
    for workload in suite.workloads {
      guard var network = workload.op as? Network else {
        workloads.append(workload)
        continue
      }
      network.options.style = style
      networks += 1
      let name = workload.name == workload.text ? nil : workload.name
      workloads.append(
        try Workload(network, workload.shape, name: name, multiplicity: workload.multiplicity))
    }
    result.append(Suite(name: suite.name, workloads: workloads))
  }
  guard networks > 0 else { throw UsageError("--style \(style.rawValue) has no effect without a network") }
  return result
}

extension SuiteLibrary {
  static var standard: SuiteLibrary {
    SuiteLibrary(
      workingDirectory: FileManager.default.currentDirectoryPath,
      executable: Executable.path)
  }
}
