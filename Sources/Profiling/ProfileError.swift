/// Why there is no profile, or what is wrong with the file of one: place, found, expected.
public struct ProfileError: Error, Equatable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
