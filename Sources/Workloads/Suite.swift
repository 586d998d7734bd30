import PlainText

/// A named list of workloads.
public struct Suite: Sendable {
  /// Its file's, without ending; empty where a workload or a network was named.
  public let name: String
  /// In the order of the file.
  public let workloads: [Workload]

  /// A list that stands in no file.
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
    for (index, line) in TextLines(text).enumerated() {
      let number = index + 1
      let place = "\(path.shownPath):\(number)"
      guard line.utf8.count <= SuiteLine.longest else {
        throw UsageError(
          "\(place): the line has \(line.utf8.count) bytes; at most \(SuiteLine.longest) are possible")
      }
      guard let content = SuiteLine(line) else { continue }
      let workload: Workload
      do { workload = try content.workload() } catch { throw UsageError("\(place): \(error)") }
      if let earlier = lineOfName.updateValue(number, forKey: workload.name) {
        throw UsageError(
          "\(place): '\(workload.name.shown)' is already in line \(earlier); names must differ")
      }
      workloads.append(workload)
    }
    guard !workloads.isEmpty else {
      throw UsageError("\(path.shownPath): no workload; expected lines of \(SuiteLine.form)")
    }
    self.init(name: name, workloads: workloads)
  }
}
