import Files
import Workloads

/// A file that an option names, opened before anything is measured.
struct OptionFile {
  /// Name of the option, for messages.
  private let option: String
  private let file: OutputFile

  /// - Throws: if the place cannot be written.
  init(_ path: String, _ option: String) throws(UsageError) {
    self.option = option
    do { file = try OutputFile(path) } catch { throw UsageError("\(option) \(error)") }
  }

  var path: String { file.path }

  /// Whether it is, or becomes, a file that is replaced whole.
  var isRegular: Bool { file.isRegular }

  func write(_ text: String) throws(UsageError) { try write(Array(text.utf8)) }

  func write(_ bytes: [UInt8]) throws(UsageError) {
    do { try file.write(bytes) } catch { throw UsageError("\(option) \(error)") }
  }
}

extension Arguments {
  /// The file that an option names.
  func file(_ option: String) throws(UsageError) -> OptionFile? {
    guard let path = value(option) else { return nil }
    return try OptionFile(path, option)
  }
}
