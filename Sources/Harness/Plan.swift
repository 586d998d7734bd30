import Foundation
import Kernels
import Operators
import PlainText
import Records
import Workloads

/// What is asked of each workload.
public struct Plan: Sendable {
  /// A kernel as the user asks for it.
  public enum Request: Sendable, Hashable {
    /// The scalar formula.
    case reference
    /// The selector's choice.
    case tiled
    /// Every variant that applies.
    case all
    /// The selector's choice and all kernels that it thinks less than `rivalry` times as slow.
    case rivals
    /// One kernel by its name; where it does not apply, a row says why.
    case named(String)
  }

  /// The kernels, in the order of the rows.
  public var requests: [Request] = [.reference, .tiled]
  /// Instruction sets; those that the CPU lacks become skipped rows.
  public var isas: [ISA] = [.best]
  /// Thread counts, each at least 1.
  public var threads: [Int] = [1, 2]
  /// What the caches hold before a call.
  public var cache = CacheState.hot
  /// Of inputs and weights, and of the order within a round.
  public var seed: UInt64 = 1
  /// What the inputs and weights of a measured call hold.
  public var data = DataChoice()
  /// Nil: as many as the time allows.
  public var rounds: Int?

  /// Reference and tiled, best instruction set, one and two threads, hot caches.
  public init() {}
}

extension Plan.Request {
  /// Reads the name of a kernel, or `reference`, `tiled` or `all`.
  public init(_ text: String, known: [String]) throws(UsageError) {
    switch text {
    case "reference": self = .reference
    case "tiled": self = .tiled
    case "all": self = .all
    case "rivals": self = .rivals
    default:
      guard known.contains(text) else {
        let names = ["reference", "tiled", "all", "rivals"] + known.filter { $0 != "reference" }
        let hint = Words.nearest(text, among: names).map { "did you mean '\($0)'?" }
        throw UsageError(
          "no such kernel as '\(text.shown)'; \(hint ?? "known: " + names.joined(separator: " "))")
      }
      self = .named(text)
    }
  }

  /// As it is asked for.
  public var text: String {
    switch self {
    case .reference: "reference"
    case .tiled: "tiled"
    case .all: "all"
    case .rivals: "rivals"
    case .named(let name): name
    }
  }

  /// Estimates are rarely wrong by so much.
  static let rivalry = 4.0
}

/// A kernel that is to compute a workload, or why none can.
package struct Candidate {
  package let request: String
  package let isa: ISA
  package let choice: Choice

  package enum Choice {
    case kernel(any Kernel, Form)
    case none(kernel: String, reason: String)

    var kernelName: String {
      switch self {
      case .kernel(let kernel, _): kernel.name
      case .none(let kernel, _): kernel
      }
    }
  }

  package var kernelName: String { choice.kernelName }

  func key(threads: Int) -> CaseKey { CaseKey(kernel: kernelName, isa: isa.rawValue, threads: threads) }

  /// Why no kernel computes the workload; nil if one does.
  package var refusal: String? {
    if case .none(_, let reason) = choice { reason } else { nil }
  }

  /// Runs of neighbours that have kernel and instruction set in common.
  static func runs(_ candidates: [Candidate]) -> [Range<Int>] {
    candidates.indices.reduce(into: []) { runs, i in
      if let last = runs.last, candidates[i].isSame(as: candidates[last.lowerBound]) {
        runs[runs.count - 1] = last.lowerBound..<i + 1
      } else {
        runs.append(i..<i + 1)
      }
    }
  }

  private func isSame(as other: Candidate) -> Bool { kernelName == other.kernelName && isa == other.isa }

  var isReference: Bool { kernelName == "reference" }

  /// How the kernel computes the workload; nil if none does.
  var form: Form? { if case .kernel(_, let form) = choice { form } else { nil } }

  /// Whether exact integers stay exact and NaN and infinities stay where they belong.
  var isDirect: Bool {
    form?.isDirect ?? false
  }
}

extension Plan {
  /// Kernels for a workload, the reference first if it is asked for, each once.
  /// - Parameter isAvailable: whether this machine can execute an instruction set.
  package func candidates(
    _ workload: Workload, reference: any Kernel, tiled: Catalogue,
    isAvailable: (ISA) -> Bool = { $0.isAvailable }
  ) -> [Candidate] {
    var result: [Candidate] = []
    var seen: Set<String> = []
    func add(_ request: String, _ isa: ISA, _ choice: Candidate.Choice) {
      let candidate = Candidate(request: request, isa: isa, choice: choice)
      if seen.insert("\(candidate.kernelName) \(isa)").inserted { result.append(candidate) }
    }
    let ordered = requests.filter { $0 == .reference } + requests.filter { $0 != .reference }
    for request in ordered {
      if request == .reference || request == .named("reference") || request == .all {
        let forms = reference.support(workload.op, workload.inputs, isa: .baseline).forms
        for form in forms { add("reference", .baseline, .kernel(reference, form)) }
      }
      guard request != .reference, request != .named("reference") else { continue }
      for isa in isas {
        guard isAvailable(isa) else {
          let name = request == .all ? "tiled" : request.text
          add(request.text, isa, .none(kernel: name, reason: MachineReason.cannotExecute(isa.rawValue)))
          continue
        }
        for choice in choices(request, workload, isa, tiled) { add(request.text, isa, choice) }
      }
    }
    return result
  }

  private func choices(_ request: Request, _ workload: Workload, _ isa: ISA, _ tiled: Catalogue) -> [Candidate
    .Choice]
  {
    let choices = tiled.choices(workload.op, workload.inputs, isa: isa)
    let variants = choices.map { Candidate.Choice.kernel($0.kernel, $0.form) }
    switch request {
    case .all: return variants
    case .named(let name):
      let choice = variants.first { $0.kernelName == name }
      return [choice ?? .none(kernel: name, reason: refusal(of: name, workload, isa, tiled))]
    case .tiled, .reference, .rivals:
      guard let best = choices.first else {
        return [.none(kernel: "tiled", reason: "no tiled kernel computes \(workload.op.keyword)")]
      }
      let near = choices.prefix { $0.form.cycles < best.form.cycles * Request.rivalry }.count
      return Array(variants.prefix(request == .rivals ? max(1, near) : 1))
    }
  }

  /// Why no kernel of a name computes a workload, each clause once.
  private func refusal(of name: String, _ workload: Workload, _ isa: ISA, _ tiled: Catalogue) -> String {
    var reasons: [String] = []
    for kernel in tiled.kernels where kernel.name == name {
      if case .no(let reason) = kernel.support(workload.op, workload.inputs, isa: isa),
        !reasons.contains(reason)
      {
        reasons.append(reason)
      }
    }
    return reasons.isEmpty ? "there is no kernel \(name)" : "\(name) \(reasons.joined(separator: "; "))"
  }
}
