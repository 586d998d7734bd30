import Foundation
import Glibc
import Measurement

/// A command of another build, run to its end.
enum OtherBuild {
  /// - Parameters:
  ///   - words: executable and arguments.
  ///   - limit: after which it is ended.
  /// - Returns: what went wrong, the first line that it said if it said one; nil: nothing did.
  static func run(_ words: [String], limit: Seconds, isInterrupted: () -> Bool) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: words[0])
    process.arguments = Array(words.dropFirst())
    let errors = FileManager.default.temporaryDirectory.appendingPathComponent("cbambench-\(getpid()).errors")
      .path
    // A file, not a pipe: nothing blocks, however much is said.
    let file = open(errors, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    unlink(errors)
    guard file >= 0 else { return "\(errors): cannot be written: \(String(cString: strerror(errno)))" }
    let said = FileHandle(fileDescriptor: file, closeOnDealloc: true)
    (process.standardInput, process.standardOutput) = (FileHandle.nullDevice, FileHandle.nullDevice)
    process.standardError = said
    do { try process.run() } catch { return "cannot be started: \(error.localizedDescription)" }
    let start = Clock.now()
    while process.isRunning {
      if isInterrupted() || Clock.now() - start > limit {
        // Its group: a script does not hand on signals.
        kill(-process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return isInterrupted() ? "interrupted" : "took longer than \(Int(limit.value)) s"
      }
      usleep(20_000)
    }
    let status = process.terminationStatus
    if process.terminationReason == .uncaughtSignal {
      return "crashed with signal \(status) (\(String(cString: strsignal(status))))"
    }
    guard status != 0 else { return nil }
    lseek(file, 0, SEEK_SET)
    let text = String(decoding: said.readData(ofLength: 4096), as: UTF8.self)
    let line = text.split(separator: "\n").first.map { String($0.prefix(300)) } ?? ""
    let sentence = line.replacing("cbambench: ", with: "", maxReplacements: 1)
    return sentence.isEmpty ? "ended with status \(status)" : sentence
  }
}
