import Foundation

/// A named list of workloads.
public struct Suite: Sendable {
  private static let lineForm = "[name [*COUNT] = ]WORKLOAD"

  public let name: String
  public let workloads: [Workload]

  public init(name: String, workloads: [Workload]) {
    self.name = name
    self.workloads = workloads
  }

  /// Whether the workloads are layers of a network that occur in it more than once.
  public var hasMultiplicities: Bool { workloads.contains { $0.multiplicity > 1 } }

  /// Reads a suite: one `[name [*COUNT] = ]WORKLOAD` per line, `#` starts a comment.
  /// - Parameter path: for messages.
  public init(name: String, text: String, path: String) throws(UsageError) {
    var workloads: [Workload] = []
    var lineOfName: [String: Int] = [:]
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let content = line.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)[0]
        .trimmingCharacters(in: .whitespaces)
      if content.isEmpty { continue }
      let place = "\(path):\(index + 1)"
      let workload: Workload
      do { workload = try Suite.workload(content) } catch { throw UsageError("\(place): \(error)") }
      if let earlier = lineOfName.updateValue(index + 1, forKey: workload.name) {
        throw UsageError(
          "\(place): '\(workload.name)' is there already in line \(earlier); names must differ")
      }
      workloads.append(workload)
    }
    guard !workloads.isEmpty else {
      throw UsageError("\(path): no workload; expected lines of \(Suite.lineForm)")
    }
    self.init(name: name, workloads: workloads)
  }

  private static func workload(_ content: String) throws(UsageError) -> Workload {
    // A workload's own keys have an equals sign too, but never before the first colon or with spaces around it.
    guard let range = content.range(of: " = ") else { return try Workload(content) }
    let (name, multiplicity) = try head(content[..<range.lowerBound])
    return try Workload(
      content[range.upperBound...].trimmingCharacters(in: .whitespaces), name: name,
      multiplicity: multiplicity)
  }

  /// What stands before the equals sign: a name and, behind a space and an asterisk, how often the layer occurs.
  private static func head(_ text: Substring) throws(UsageError) -> (name: String, multiplicity: Int) {
    let star =
      text.hasPrefix("*") ? text.startIndex : text.range(of: " *").map { text.index(before: $0.upperBound) }
    let name = text[..<(star ?? text.endIndex)].trimmingCharacters(in: .whitespaces)
    guard !name.isEmpty else {
      throw UsageError("no name before '\(star == nil ? "=" : "*")'; expected \(lineForm)")
    }
    guard let star else { return (name, 1) }
    let count = text[star...].dropFirst().trimmingCharacters(in: .whitespaces)
    let digits = count.allSatisfy { $0.isASCII && $0.isNumber }
    guard digits, let multiplicity = Int(count), multiplicity > 0 else {
      let found = text[star...].trimmingCharacters(in: .whitespaces)
      throw UsageError(
        "'\(found)' behind the name '\(name)' is no multiplicity; expected * and a positive whole number such as *4"
      )
    }
    return (name, multiplicity)
  }
}

/// Where suites are found: `Bench/Suites`, upwards from the working directory, then from the executable.
public struct SuiteLibrary: Sendable {
  public static let fileExtension = "suite"
  private let folders: [String]

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
    return Set(files.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }).sorted()
  }

  /// The suite of that name; nil if there is none.
  public func suite(named name: String) throws(UsageError) -> Suite? {
    guard !name.contains("/") else { return nil }
    for folder in folders {
      let path = "\(folder)/\(name).\(SuiteLibrary.fileExtension)"
      if FileManager.default.fileExists(atPath: path) { return try SuiteLibrary.read(path) }
    }
    return nil
  }

  /// Reads a suite file; its name is the file's without extension.
  public static func read(_ path: String) throws(UsageError) -> Suite {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw UsageError("\(path): there is no such file")
    }
    guard !isFolder.boolValue else { throw UsageError("\(path): is a folder; a suite file was expected") }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw UsageError("\(path): cannot be read")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw UsageError("\(path): is not UTF-8 text; a suite file was expected")
    }
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    return try Suite(name: name, text: text, path: path)
  }
}
