/// A named field of a record, with its text both ways.
public struct Column: Sendable {
  public enum Cell: Sendable, Equatable {
    case text(String)
    case integer(Int)
    case real(Double)
  }

  public let name: String
  /// Nil: empty or not measured.
  public let cell: @Sendable (Record) -> Cell?
  let parse: @Sendable (String, inout Record) -> Bool

  init(_ name: String, _ path: WritableKeyPath<Record, String> & Sendable) {
    self.name = name
    cell = { $0[keyPath: path].isEmpty ? nil : .text($0[keyPath: path]) }
    parse = { text, record in
      record[keyPath: path] = text
      return true
    }
  }

  init(_ name: String, _ path: WritableKeyPath<Record, Int?> & Sendable) {
    self.name = name
    cell = { $0[keyPath: path].map { .integer($0) } }
    parse = { text, record in
      record[keyPath: path] = Int(text)
      return text.isEmpty || Int(text) != nil
    }
  }

  init(_ name: String, _ path: WritableKeyPath<Record, Double?> & Sendable) {
    self.name = name
    cell = { $0[keyPath: path].flatMap { $0.isFinite ? .real($0) : nil } }
    parse = { text, record in
      record[keyPath: path] = Double(text)
      return text.isEmpty || Double(text).map(\.isFinite) == true
    }
  }

  /// The field as CSV has it, unquoted.
  public func text(_ record: Record) -> String {
    switch cell(record) {
    case nil: ""
    case .text(let text): text
    case .integer(let value): String(value)
    case .real(let value): String(value)
    }
  }

  /// All columns in the order of the file. New ones are appended, none is renamed.
  public static let all: [Column] = [
    Column("suite", \.suite), Column("workload", \.workload), Column("operator", \.op),
    Column("input_shape", \.inputShape), Column("output_shape", \.outputShape), Column("kernel", \.kernel),
    Column("isa", \.isa), Column("threads", \.threads), Column("cache", \.cache), Column("status", \.status),
    Column("reason", \.reason), Column("parameters", \.parameters), Column("macs", \.macs),
    Column("flops", \.flops), Column("bytes", \.bytes), Column("workspace_bytes", \.workspaceBytes),
    Column("allocations_per_call", \.allocationsPerCall), Column("rounds", \.rounds),
    Column("samples", \.samples), Column("median_ms", \.medianMs), Column("mad_ms", \.madMs),
    Column("min_ms", \.minMs), Column("p95_ms", \.p95Ms), Column("ci_low_ms", \.ciLowMs),
    Column("ci_high_ms", \.ciHighMs), Column("gflops", \.gflops), Column("gbps", \.gbps),
    Column("intensity", \.intensity), Column("roof_gflops", \.roofGflops),
    Column("roof_fraction", \.roofFraction), Column("speedup_vs_reference", \.speedupVsReference),
    Column("speedup_vs_1_thread", \.speedupVs1Thread), Column("efficiency", \.efficiency),
    Column("max_error", \.maxError), Column("error_bound", \.errorBound), Column("seed", \.seed),
    Column("machine", \.machine), Column("revision", \.revision), Column("started", \.started),
    Column("workload_text", \.workloadText), Column("requested_kernel", \.requestedKernel),
    Column("macs_inside", \.macsInside), Column("prepare_ms", \.prepareMs), Column("cpu_ms", \.cpuMs),
    Column("oversubscribed", \.oversubscribed), Column("compiler", \.compiler), Column("load", \.load),
    Column("multiplicity", \.multiplicity), Column("memory_bytes", \.memoryBytes),
    Column("fingerprint", \.fingerprint), Column("data", \.data),
  ]
}
