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

  /// Three significant digits: `0.00123`, `1.23`, `123`, `12,300`; `7.38e-6` where the zeros would be too many to count.
  public static func significant(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    if value == 0 { return "0" }
    // The exponent after rounding: 0.9995 is 1.00.
    let parts = String(format: "%.2e", value).split(separator: "e")
    guard parts.count == 2, let exponent = Int(parts[1]) else { return "" }
    if exponent < -4 || exponent > 14 { return "\(parts[0])e\(exponent)" }
    if exponent >= 2 { return count(Int(value.rounded())) }
    return String(format: "%.\(2 - exponent)f", value)
  }

  /// `3.858` with three digits after the point.
  public static func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

  /// `87 %`, `8.7 %`.
  public static func percent(_ fraction: Double?) -> String {
    guard let fraction, fraction.isFinite else { return "" }
    return String(format: abs(fraction) < 0.0995 ? "%.1f %%" : "%.0f %%", fraction * 100)
  }

  /// `999`, `8.56 k`, `231 M`, `4.09 G`.
  public static func scaled(_ value: Int?) -> String {
    guard let value else { return "" }
    // From 999.5 k on three digits say 1.00 M.
    for (unit, name) in [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]
    where Double(value.magnitude) >= (unit == 1e3 ? unit : unit * 0.9995) {
      return significant(Double(value) / unit) + " " + name
    }
    return String(value)
  }
}
