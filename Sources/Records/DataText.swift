/// What inputs and weights held, as the column `data` has it: `denormal`, `dense weights=zeros`; empty in records that are
/// older than the column, which means dense.
public enum DataText {
  /// What no option asks for: seeded numbers from −1 to 1.
  public static let dense = "dense"
  private static let separator = " weights="

  /// The column for inputs and weights.
  public static func text(inputs: String, weights: String) -> String {
    inputs + (weights == dense ? "" : separator + weights)
  }

  /// What the inputs and what the weights held.
  public static func parts(_ text: String) -> (inputs: String, weights: String) {
    // From the end, as a file's name may hold anything.
    guard let place = text.ranges(of: separator).last else { return (text.isEmpty ? dense : text, dense) }
    let inputs = String(text[..<place.lowerBound])
    return (inputs.isEmpty ? dense : inputs, String(text[place.upperBound...]))
  }
}
