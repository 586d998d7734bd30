import Foundation
import Glibc
import Harness
import Records
import Testing
import Workloads

/// The forecast that decides whether a workload fits, and the memory columns of its rows, against what a run really takes.
@Suite(.serialized) struct FootprintTests {
  /// Executable, libraries, stacks, heap.
  private static let base = 64 << 20

  @Test(arguments: [
    // Inputs and the oracle's copies.
    ("relu@1x32x256x512", "1,2"),
    // Weights.
    ("dense:out=2048@1x2048", "1,2"),
    // Intermediate results.
    ("cbam@2x64x256x128", "1"),
    // Outputs of many kernels.
    ("conv:out=32,k=3,p=1@1x2x512x256", "1,2,3,4,5,6,7,8"),
  ])
  func theForecastIsWhatARunTakes(text: String, threads: String) throws {
    let scratch = try Scratch()
    // What follows takes less memory.
    try scratch.write("x.suite", Endless.suite([text]).utf8)
    let tool = try Tool(
      ["run", "x.suite", "--threads", threads, "--rounds", "1", "--output", "x.csv"], in: scratch.path)
    defer { _ = tool.finish() }
    try tool.wait(for: "a finished workload") { scratch.text("x.csv.partial")?.contains("#done 0\n") == true }
    let child = tool.child
    let peak = child.flatMap(FootprintTests.peak)
    tool.send(SIGKILL)
    if let child { kill(child, SIGKILL) }

    let rows = try #require(scratch.text("x.csv.partial")?.split(separator: "#done 0\n").first)
    let lines = rows.split(separator: "\n")
    let records = try CSV.records(lines.dropFirst().joined(separator: "\n") + "\n")
    let workload = try Workload(text)
    let inputs = workload.inputs.reduce(0) { $0 + 4 * $1.count }
    let kernels = records.reduce(0) { $0 + ($1.memoryBytes ?? 0) - inputs }
    #expect(records.count == 1 + threads.split(separator: ",").count && kernels > 0)
    // Integers are compared where the oracle is fast, which depends on the machine and what else it does.
    let (least, most) = (
      Footprint(workload).peak(kernels: kernels), Footprint(workload).peak(kernels: kernels, integers: true)
    )
    let real = try #require(peak)
    let sizes = "\(real >> 20) MiB, \(least >> 20) to \(most >> 20) MiB forecast"
    #expect(real * 3 >= least * 2, "\(sizes)")
    #expect(real <= most + most / 50 + FootprintTests.base, "\(sizes)")
    // What is refused beforehand leaves out what kernels take; each asks for that itself.
    #expect(Footprint(workload).peak() <= least)
  }

  /// The most memory that a process has had so far, in bytes.
  private static func peak(_ process: pid_t) -> Int? {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else {
      return nil
    }
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { Int($0.filter(\.isNumber)) }.map { $0 * 1024 }
  }
}
