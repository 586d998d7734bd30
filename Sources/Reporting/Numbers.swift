import Foundation

/// Numbers as tables show them.
public enum Numbers {
  /// `8,564`.
  public static func count(_ value: Int?) -> String {
    guard let value else { return "" }
    var digits = String(value.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// Three significant digits, never in exponential form: `0.00123`, `1.23`, `123`, `12,300`.
  public static func significant(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    if value == 0 { return "0" }
    let decimals = max(0, 2 - Int(floor(log10(abs(value)))))
    if decimals == 0 { return count(Int(value.rounded())) }
    return String(format: "%.\(min(decimals, 9))f", value)
  }

  /// `87 %`.
  public static func percent(_ fraction: Double?) -> String {
    guard let fraction, fraction.isFinite else { return "" }
    return fraction < 0.0995
      ? String(format: "%.1f %%", fraction * 100) : String(format: "%.0f %%", fraction * 100)
  }

  /// `8.56 k`, `231 M`, `4.09 G`.
  public static func scaled(_ value: Int?) -> String {
    guard let value else { return "" }
    for (limit, unit) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] where Double(value.magnitude) >= limit {
      return significant(Double(value) / limit) + " " + unit
    }
    return String(value)
  }
}
