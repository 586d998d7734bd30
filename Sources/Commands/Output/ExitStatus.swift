import Gate

/// What a command ends with.
public enum ExitStatus: Int32 {
  /// Nothing to complain about.
  case fine = 0
  /// Something got worse.
  case worse = 1
  /// Nothing could be measured: usage, files, input.
  case unusable = 2
  /// A result is wrong or cannot be trusted.
  case wrong = 3
  /// Open cases, where these are to fail.
  case undetermined = 4
  /// The user ended it.
  case interrupted = 130
}

extension ExitStatus {
  init(_ conclusion: Conclusion) {
    self =
      switch conclusion {
      case .fine: .fine
      case .worse: .worse
      case .undetermined: .undetermined
      case .broken: .wrong
      case .nothing: .unusable
      }
  }
}
