import Workloads

/// What `body` gives, or its error with the name of the option before it.
func named<T>(_ option: String, _ body: () throws(UsageError) -> T) throws(UsageError) -> T {
  do { return try body() } catch { throw UsageError("\(option) \(error)") }
}
