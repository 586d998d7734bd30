import Foundation

/// Changes as people write them.
public enum Percent {
  /// `+4.2 %` of the logarithm of a ratio.
  public static func signed(ofLog change: Double) -> String {
    String(format: "%+.1f %%", expm1(change) * 100)
  }

  /// `5 %`, `2.5 %`.
  public static func text(_ percent: Double) -> String {
    (percent == percent.rounded() ? String(Int(percent)) : String(format: "%.1f", percent)) + " %"
  }
}
