import Records

/// A build that cannot be measured, not through the fault of a case.
public struct BuildTrouble: Error, Equatable, Sendable {
  /// Which of the two.
  public let side: PairedRun.Side
  /// The executable.
  public let program: String
  /// What is wrong, in words that follow its name.
  public let reason: String

  /// - Parameter reason: in words that follow the program's name.
  public init(side: PairedRun.Side, program: String, reason: String) {
    (self.side, self.program, self.reason) = (side, program, reason)
  }
}
