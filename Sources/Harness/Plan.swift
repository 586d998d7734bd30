import Foundation
import Kernels
import Operators

/// What is asked of each workload.
public struct Plan: Sendable {
  /// A kernel as the user asks for it.
  public enum Request: Sendable, Hashable {
    case reference
    /// The selector's choice.
    case tiled
    /// Every variant that applies.
    case all
    case named(String)
  }

  public var requests: [Request] = [.reference, .tiled]
  public var isas: [ISA] = [.best]
  public var threads: [Int] = [1, 2]
  public var seed: UInt64 = 1
  /// Nil: as many as the time allows.
  public var rounds: Int?
  /// Time for measuring all workloads.
  public var budget: Double?

  public init() {}
}

extension Plan.Request {
  /// Reads one name of `--kernels`.
  public init(_ text: String, known: [String]) throws(UsageError) {
    switch text {
    case "reference": self = .reference
    case "tiled": self = .tiled
    case "all": self = .all
    default:
      guard known.contains(text) else {
        let names = ["reference", "tiled", "all"] + known.filter { $0 != "reference" }
        let hint = Words.nearest(text, among: names).map { "did you mean '\($0)'?" }
        throw UsageError(
          "--kernels: no such kernel as '\(text)'; \(hint ?? "known: " + names.joined(separator: " "))")
      }
      self = .named(text)
    }
  }

  var text: String {
    switch self {
    case .reference: "reference"
    case .tiled: "tiled"
    case .all: "all"
    case .named(let name): name
    }
  }
}

/// A kernel that is to compute a workload, or why none can.
struct Candidate {
  let request: String
  let isa: ISA
  let choice: Choice

  enum Choice {
    case kernel(any Kernel)
    case none(kernel: String, reason: String)
  }

  var isReference: Bool {
    if case .kernel(let kernel) = choice { return kernel.name == "reference" }
    return false
  }

  var kernelName: String {
    switch choice {
    case .kernel(let kernel): kernel.name
    case .none(let kernel, _): kernel
    }
  }
}

extension Plan {
  /// Kernels for a workload, the reference first if it is asked for, each once.
  func candidates(_ workload: Workload, reference: any Kernel, tiled: Catalogue) -> [Candidate] {
    var result: [Candidate] = []
    var seen: Set<String> = []
    func add(_ request: String, _ isa: ISA, _ choice: Candidate.Choice) {
      let candidate = Candidate(request: request, isa: isa, choice: choice)
      if seen.insert("\(candidate.kernelName) \(isa)").inserted { result.append(candidate) }
    }
    let ordered = requests.filter { $0 == .reference } + requests.filter { $0 != .reference }
    for request in ordered {
      if request == .reference || request == .named("reference") || request == .all {
        add("reference", .baseline, .kernel(reference))
      }
      guard request != .reference, request != .named("reference") else { continue }
      for isa in isas {
        guard isa.isAvailable else {
          let name = request == .all ? "tiled" : request.text
          add(request.text, isa, .none(kernel: name, reason: "this machine cannot execute \(isa.rawValue)"))
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
    let variants = tiled.variants(workload.op, workload.inputs, isa: isa).map(\.kernel)
    switch request {
    case .all: return variants.map { .kernel($0) }
    case .named(let name):
      guard let kernel = tiled.kernels.first(where: { $0.name == name }) else { return [] }
      if case .no(let reason) = kernel.support(workload.op, workload.inputs, isa: isa) {
        return [.none(kernel: name, reason: "\(name) \(reason)")]
      }
      return [.kernel(kernel)]
    case .tiled, .reference:
      guard let best = variants.first else {
        return [.none(kernel: "tiled", reason: "no tiled kernel computes \(workload.op.keyword)")]
      }
      return [.kernel(best)]
    }
  }
}
