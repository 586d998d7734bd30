import PlainText

/// A column of records, whose text can also be read back.
public struct RecordColumn: Sendable {
  /// Name, value and how tables show it.
  public let column: Column<Record>
  let parse: @Sendable (String, inout Record) -> Bool
  /// Whether its numbers may have a fraction.
  let isReal: Bool

  /// Name in files.
  public var name: String { column.name }

  /// The value in a record; nil: not measured.
  public func cell(_ record: Record) -> Cell? { column.cell(record) }

  /// The field in CSV, without quotes.
  public func text(_ record: Record) -> String { column.field(record) }

  init(_ name: String, _ path: WritableKeyPath<Record, String> & Sendable) {
    column = Column(name, text: { $0[keyPath: path] })
    isReal = false
    parse = { text, record in
      record[keyPath: path] = EscapedText.unescaped(text)
      return true
    }
  }

  init(_ name: String, _ path: WritableKeyPath<Record, Int?> & Sendable) {
    column = Column(name, integer: { $0[keyPath: path] })
    isReal = false
    parse = { text, record in
      record[keyPath: path] = RecordColumn.integer(text)
      return text.isEmpty || record[keyPath: path] != nil
    }
  }

  init(_ name: String, _ path: WritableKeyPath<Record, Double?> & Sendable) {
    column = Column(name, real: { $0[keyPath: path] })
    isReal = true
    parse = { text, record in
      record[keyPath: path] = RecordColumn.real(text)
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

  /// All columns in the order of the file. New ones are appended, none is renamed.
  public static let all: [RecordColumn] = [
    RecordColumn("suite", \.suite), RecordColumn("workload", \.workload), RecordColumn("operator", \.op),
    RecordColumn("input_shape", \.inputShape), RecordColumn("output_shape", \.outputShape),
    RecordColumn("kernel", \.kernel),
    RecordColumn("isa", \.isa), RecordColumn("threads", \.threads), RecordColumn("cache", \.cache),
    RecordColumn("status", \.status),
    RecordColumn("reason", \.reason), RecordColumn("parameters", \.parameters), RecordColumn("macs", \.macs),
    RecordColumn("flops", \.flops), RecordColumn("bytes", \.bytes),
    RecordColumn("workspace_bytes", \.workspaceBytes),
    RecordColumn("allocations_per_call", \.allocationsPerCall), RecordColumn("rounds", \.rounds),
    RecordColumn("samples", \.samples), RecordColumn("median_ms", \.medianMs),
    RecordColumn("mad_ms", \.madMs),
    RecordColumn("min_ms", \.minMs), RecordColumn("p95_ms", \.p95Ms), RecordColumn("ci_low_ms", \.ciLowMs),
    RecordColumn("ci_high_ms", \.ciHighMs), RecordColumn("gflops", \.gflops), RecordColumn("gbps", \.gbps),
    RecordColumn("intensity", \.intensity), RecordColumn("roof_gflops", \.roofGflops),
    RecordColumn("roof_fraction", \.roofFraction), RecordColumn("speedup_vs_reference", \.speedupVsReference),
    RecordColumn("speedup_vs_1_thread", \.speedupVs1Thread), RecordColumn("efficiency", \.efficiency),
    RecordColumn("max_error", \.maxError), RecordColumn("error_bound", \.errorBound),
    RecordColumn("seed", \.seed),
    RecordColumn("machine", \.machine), RecordColumn("revision", \.revision),
    RecordColumn("started", \.started),
    RecordColumn("workload_text", \.workloadText), RecordColumn("requested_kernel", \.requestedKernel),
    RecordColumn("macs_inside", \.macsInside), RecordColumn("prepare_ms", \.prepareMs),
    RecordColumn("cpu_ms", \.cpuMs),
    RecordColumn("oversubscribed", \.oversubscribed), RecordColumn("compiler", \.compiler),
    RecordColumn("load", \.load),
    RecordColumn("multiplicity", \.multiplicity), RecordColumn("memory_bytes", \.memoryBytes),
    RecordColumn("fingerprint", \.fingerprint), RecordColumn("data", \.data),
    RecordColumn("pass", \.pass), RecordColumn("images_per_second", \.imagesPerSecond),
    RecordColumn("forward_ms", \.forwardMs), RecordColumn("loss_ms", \.lossMs),
    RecordColumn("backward_ms", \.backwardMs), RecordColumn("update_ms", \.updateMs),
    RecordColumn("packing_ms", \.packingMs),
    RecordColumn("peak_activation_bytes", \.peakActivationBytes), RecordColumn("losses", \.losses),
  ]
}
