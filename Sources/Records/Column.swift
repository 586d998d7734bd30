import PlainText

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
  /// Whether its numbers may have a fraction.
  let isReal: Bool

  init(_ name: String, _ path: WritableKeyPath<Record, String> & Sendable) {
    self.name = name
    cell = { $0[keyPath: path].isEmpty ? nil : .text($0[keyPath: path]) }
    isReal = false
    parse = { text, record in
      record[keyPath: path] = EscapedText.unescaped(text)
      return true
    }
  }

  init(_ name: String, _ path: WritableKeyPath<Record, Int?> & Sendable) {
    self.name = name
    cell = { $0[keyPath: path].map { .integer($0) } }
    isReal = false
    parse = { text, record in
      record[keyPath: path] = Column.integer(text)
      return text.isEmpty || record[keyPath: path] != nil
    }
  }

  init(_ name: String, _ path: WritableKeyPath<Record, Double?> & Sendable) {
    self.name = name
    cell = { $0[keyPath: path].flatMap { $0.isFinite ? .real($0) : nil } }
    isReal = true
    parse = { text, record in
      record[keyPath: path] = Column.real(text)
      return text.isEmpty || record[keyPath: path] != nil
    }
  }

  /// A finite number in decimal digits; nil: none.
  static func real(_ text: String) -> Double? {
    let digits = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
    guard digits, let value = Double(text), value.isFinite else { return nil }
    return value
  }

  /// A whole number. Data frames that have holes write it as `2.0`.
  private static func integer(_ text: String) -> Int? {
    if let value = Int(text) { return value }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[1].isEmpty, parts[1].utf8.allSatisfy({ $0 == UInt8(ascii: "0") }) else {
      return nil
    }
    return Int(parts[0])
  }

  /// The field as CSV has it, unquoted.
  public func text(_ record: Record) -> String {
    switch cell(record) {
    case nil: ""
    case .text(let text): EscapedText.escaped(text)
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
