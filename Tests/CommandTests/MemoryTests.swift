import Foundation
import Testing

/// A process that may have less memory than the machine has: the workload is a row, the others go on.
@Test func memoryThatIsRefusedIsARow() throws {
  let folder = try Scratch()
  let output = try folder.empty("rows.csv")
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/bin/sh")
  let command = "ulimit -v 900000; exec \"$0\" run relu@1x64x512x512 relu@1x4x8x8 --rounds 1 --format csv"
  process.arguments = ["-c", command, Tool.path]
  let handle = try #require(FileHandle(forWritingAtPath: output), "\(output) cannot be opened")
  process.standardOutput = handle
  process.standardError = FileHandle.nullDevice
  try process.run()
  process.waitUntilExit()
  let rows = (folder.text("rows.csv") ?? "").split(separator: "\n")
  #expect(process.terminationStatus == 0)
  #expect(
    rows.contains { $0.hasPrefix(",relu@1x64x512x512,") && $0.contains(",skipped,needs about ") })
  #expect(rows.filter { $0.hasPrefix(",relu@1x4x8x8,") && $0.contains(",hot,ok,") }.count >= 2)
}
