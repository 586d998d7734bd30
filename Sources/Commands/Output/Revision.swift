import Foundation
import Measurement
import Processes

/// The revision of the checkout that the executable was built in.
enum Revision {
  /// A repository on a slow disk is not worth a longer wait.
  private static let limit = Seconds(5)

  /// Nil: it is in none, or git does not tell.
  static var current: String? {
    let folder = (Executable.path as NSString).deletingLastPathComponent
    // Without it, asking for changes would write the index.
    let said = try? Program.run(
      ["git", "-C", folder, "describe", "--always", "--dirty", "--abbrev=12"], keeping: .output, limit: limit,
      environment: ["GIT_OPTIONAL_LOCKS": "0"])
    guard let said, said.ending == .exited(status: 0) else { return nil }
    return said.text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
