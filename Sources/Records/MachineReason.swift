/// Reasons of rows that lie in the machine and not in the build: whoever measures writes them, whoever judges recognises them.
public enum MachineReason {
  private static let execution = "this machine cannot execute "
  private static let limit = "took longer than the limit of "
  private static let memory = " MiB are available"

  /// The CPU lacks an instruction set.
  public static func cannotExecute(_ isa: String) -> String { execution + isa }

  /// - Parameters: bytes.
  public static func shortage(needed: Int, available: Int) -> String {
    "needs about \(needed >> 20) MiB to be verified; \(available >> 20)" + memory
  }

  /// A case took too long, here.
  public static func overrun(_ seconds: String) -> String { limit + seconds + " s" }

  /// Whether `overrun` wrote the reason.
  public static func isOverrun(_ reason: String) -> Bool { reason.hasPrefix(limit) }
  /// Whether `cannotExecute` wrote the reason.
  public static func isExecution(_ reason: String) -> Bool { reason.hasPrefix(execution) }
  /// Whether `shortage` wrote the reason.
  public static func isShortage(_ reason: String) -> Bool { reason.hasSuffix(memory) }
}
