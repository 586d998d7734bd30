import PlainText

/// What inputs and weights held, as the column `data` has it: `denormal`, `dense weights=zeros`; empty in records that are
/// older than the column, which means dense.
public enum DataText {
  /// Random values without zeros or denormals: the default.
  public static let dense = "dense"
  private static let separator = " weights="

  /// The column's text. Weights are named only if they are not dense.
  public static func text(inputs: String, weights: String) -> String {
    inputs + (weights == dense ? "" : separator + weights)
  }

  /// Options of a command that fills its tensors likewise.
  public static func options(_ text: String) -> [String] {
    var (inputs, weights) = (text, dense)
    // From the end, as a file's name may hold anything.
    if let place = text.ranges(of: separator).last {
      (inputs, weights) = (String(text[..<place.lowerBound]), String(text[place.upperBound...]))
    }
    return (inputs == dense || inputs.isEmpty ? [] : ["--data", inputs])
      + (weights == dense ? [] : ["--weights-data", weights])
  }

  /// The same for a shell.
  public static func line(_ text: String) -> String {
    options(text).map { $0.hasPrefix("--") ? " \($0)" : " \($0.shellQuoted)" }.joined()
  }
}
