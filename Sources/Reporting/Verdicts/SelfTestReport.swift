import Gate
import Records

/// Comparisons with the same slowdown planted.
public struct SelfTestRow: Sendable {
  /// Whether another process burned a processor meanwhile.
  public let bursts: Bool
  /// How many comparisons there were.
  public var compares = 0
  /// What they found.
  public var rate: DetectionRate

  /// No comparison yet.
  public init(bursts: Bool, rate: DetectionRate) { (self.bursts, self.rate) = (bursts, rate) }
}

/// How often a gate is wrong, and what it finds.
public enum SelfTestReport {
  /// A share as a percentage with two digits.
  private static func percent(_ share: Double?) -> Double? { share.map { ($0 * 10_000).rounded() / 100 } }

  private static let columns: [Column<SelfTestRow>] = [
    Column("machine", text: { $0.bursts ? "bursts" : "quiet" }).shown(),
    Column("more_tiles_percent") { row in
      let whole = Int(exactly: row.rate.planted)
      return whole.map { .integer($0) } ?? .real(row.rate.planted)
    }.shown("more tiles %"),
    Column("compares", integer: { $0.compares }).shown(rank: 3),
    Column("cases", integer: { $0.rate.cases }).shown(),
    Column("regressed", integer: { $0.rate.regressed }).shown(),
    Column("improved", integer: { $0.rate.improved }).shown(rank: 2),
    Column("undetermined", integer: { $0.rate.undetermined }).shown(),
    Column("rate_percent", real: { percent($0.rate.share) }).shown("rate %"),
    Column("low_percent", real: { percent($0.rate.interval?.lowerBound) }).shown("95 % from"),
    Column("high_percent", real: { percent($0.rate.interval?.upperBound) }).shown("to"),
    Column("median_change_percent", real: { percent($0.rate.medianChange) })
      .shown("median change %", rank: 1),
  ]

  /// - Parameter timesFloor: cases count from so many times the policy's floor.
  public static func report(_ rows: [SelfTestRow], timesFloor: Double) -> Report {
    let note =
      "rate: false alarms (regressed or improved) where nothing is planted; else regressions found among cases of at least "
      + "\(Int(timesFloor)) times the floor in µs\n"
    return Report(Listing(rows, columns, grouped: 0) { ["\($0.bursts)"] }, note: note)
  }
}
