import Measurement
import Processes

/// A command of another build, run to its end.
enum OtherBuild {
  /// - Parameters:
  ///   - words: executable and arguments.
  ///   - limit: after which it is ended.
  /// - Returns: what went wrong, the first line that it said if it said one; nil: nothing did.
  static func run(_ words: [String], limit: Seconds, isInterrupted: () -> Bool) -> String? {
    let said: Program.Said
    do {
      said = try Program.run(
        words, keeping: .error, limit: limit, environment: Program.quietCrashes, isInterrupted: isInterrupted)
    } catch { return "\(error)" }
    switch said.ending {
    case .exited(0): return nil
    case .crashed: return "\(said.ending)"
    case .exited: break
    }
    let line = said.text.split(separator: "\n").first.map { String($0.prefix(300)) } ?? ""
    let sentence = line.replacing("cbambench: ", with: "", maxReplacements: 1)
    return sentence.isEmpty ? "\(said.ending)" : sentence
  }
}
