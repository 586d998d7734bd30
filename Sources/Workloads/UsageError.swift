/// What is wrong with something that a user wrote: place, found, expected.
public struct UsageError: Error, Equatable, CustomStringConvertible {
  /// One sentence.
  public let description: String

  /// - Parameter description: one sentence, without a full stop.
  public init(_ description: String) { self.description = description }
}
