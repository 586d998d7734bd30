import Foundation
import PlainText
import Workloads

/// Executables by name.
enum Executable {
  /// This one.
  static var path: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }

  static func absolute(_ path: String, _ option: String) throws(UsageError) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw UsageError("\(option) \(path.shownPath): there is no such file")
    }
    guard !isFolder.boolValue, FileManager.default.isExecutableFile(atPath: path) else {
      throw UsageError("\(option) \(path.shownPath): is not an executable; a build of cbambench was expected")
    }
    return URL(fileURLWithPath: path).path
  }
}
