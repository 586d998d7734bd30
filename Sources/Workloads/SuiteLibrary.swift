import Files
import Foundation

/// Where suites are found: `Bench/Suites`, upwards from the working directory, then from the executable; then those that the
/// executable carries with it, as they were in `Bench/Suites` when it was built.
public struct SuiteLibrary: Sendable {
  /// Of suite files, without its point.
  public static let fileExtension = "suite"
  private static let largest = 16 << 20
  private let folders: [String]

  /// - Parameters: paths from which folders are searched upwards.
  public init(workingDirectory: String, executable: String) {
    let starts = [
      URL(fileURLWithPath: workingDirectory), URL(fileURLWithPath: executable).deletingLastPathComponent(),
    ]
    var folders: [String] = []
    for start in starts {
      var folder = start.standardizedFileURL.resolvingSymlinksInPath()
      while true {
        let candidate = folder.appendingPathComponent("Bench/Suites").path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), isFolder.boolValue,
          !folders.contains(candidate)
        {
          folders.append(candidate)
        }
        if folder.path == "/" { break }
        folder = folder.deletingLastPathComponent()
      }
    }
    self.folders = folders
  }

  /// Names of all suites, sorted.
  public var names: [String] {
    let files = folders.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? [] }
    let suffix = "." + SuiteLibrary.fileExtension
    let found = files.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
    return Set(found + CarriedSuites.texts.keys).sorted()
  }

  /// The suite of that name; nil if there is none.
  public func suite(named name: String) throws(UsageError) -> Suite? {
    guard !name.contains("/") else { return nil }
    for folder in folders {
      let path = "\(folder)/\(name).\(SuiteLibrary.fileExtension)"
      if FileManager.default.fileExists(atPath: path) { return try SuiteLibrary.read(path) }
    }
    return try CarriedSuites.texts[name].map { text throws(UsageError) in
      try Suite(name: name, text: text, path: "suite \(name)")
    }
  }

  /// Reads a suite file; its name is the file's without extension.
  public static func read(_ path: String) throws(UsageError) -> Suite {
    let text: String
    do { text = try InputFile.text(path, expected: "a suite file", atMost: largest) } catch {
      throw UsageError("\(error)")
    }
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    return try Suite(name: name, text: text, path: path)
  }
}
