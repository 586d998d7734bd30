import Measurement
import PlainText

/// Collapsed stacks, as flame graph tools read them: `root;…;leaf count`, one line per stack.
public enum CollapsedStacks {
  /// One profile, its stacks in alphabetical order.
  public static func text(_ profile: StackProfile) -> String {
    profile.sorted.map { line($0.stack) + " \($0.count)\n" }.joined()
  }

  /// Two profiles in one: `root;…;leaf before after`, what difference flame graphs are made of.
  public static func difference(_ before: StackProfile, _ after: StackProfile) -> String {
    let stacks = Set(before.stacks.keys).union(after.stacks.keys)
    return stacks.sorted { $0.lexicographicallyPrecedes($1) }.map {
      "\(line($0)) \(before.stacks[$0] ?? 0) \(after.stacks[$0] ?? 0)\n"
    }.joined()
  }

  /// Reads lines; equal stacks are summed.
  /// - Throws: `ProfileError` with line, found and expected.
  public static func read(_ text: String, name: String, period: Seconds) throws(ProfileError) -> StackProfile
  {
    var profile = StackProfile(period: period)
    var total = 0
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.isEmpty {
      let blank = line.lastIndex(of: " ") ?? line.startIndex
      let stack = line[..<blank].split(separator: ";").map { String($0) }
      guard let count = Int(line[blank...].dropFirst()), count >= 0, !stack.isEmpty else {
        throw ProfileError(
          "\(name.shownPath):\(index + 1): found '\(line.shown)', expected 'root;…;leaf count'")
      }
      let (sum, isTooLarge) = total.addingReportingOverflow(count)
      guard !isTooLarge else {
        throw ProfileError("\(name.shownPath):\(index + 1): the counts up to here are more than 2^63")
      }
      total = sum
      profile.add(stack, count: count)
    }
    return profile
  }

  private static func line(_ stack: StackProfile.Stack) -> String {
    stack.map { $0.replacing(";", with: ",").inert }.joined(separator: ";")
  }
}
