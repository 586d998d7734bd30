import Files
import Foundation
import Harness
import PlainText
import Workloads

/// Names of the files that belong to a case: `WORKLOAD.KERNEL.ISA.THREADS`.
enum ProfileNames {
  /// Names of 255 bytes are allowed nearly everywhere; kernel, instruction set, threads and ending need less than 100.
  private static let longest = 150

  /// Letters, digits and `.,=@+_-`; what else there is becomes `-`.
  static func safe(_ text: String) -> String {
    let kept = String(
      text.map { $0.isASCII && ($0.isLetter || $0.isNumber || ".,=@+_-".contains($0)) ? $0 : "-" })
    let isPlain = kept.first.map { !".-".contains($0) } ?? false
    return (isPlain ? "" : "_") + kept.prefix(longest)
  }

  /// A name for each, none twice, also where capitals do not count.
  static func unique(_ names: [String]) -> [String] {
    var used: Set<String> = []
    return names.map { name in
      let plain = safe(name)
      var (candidate, number) = (plain, 1)
      while !used.insert(candidate.lowercased()).inserted {
        number += 1
        candidate = "\(plain)-\(number)"
      }
      return candidate
    }
  }

  /// Path of a case's files without ending. No kernel or instruction set has a dot, so that two cases never share it.
  static func stem(_ folder: String, _ name: String, _ key: CaseKey) -> String {
    "\(folder)/\(name).\(safe(key.kernel)).\(key.isa).\(key.threads)"
  }

  /// Makes a folder where there is none.
  /// - Throws: if no file can be made in it.
  static func makeFolder(_ path: String, _ option: String) throws(UsageError) {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
      throw UsageError("\(option) \(path.shownPath): is a file; a folder was expected")
    }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      _ = try OutputFile(path + "/x")
    } catch {
      throw UsageError(
        "\(option) \(path.shownPath): no file can be made in this folder: \(String(cString: strerror(errno)))"
      )
    }
  }
}
