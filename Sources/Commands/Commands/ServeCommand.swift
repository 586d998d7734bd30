import Files
import Foundation
import Harness
import Measurement
import Workloads

/// `cbambench serve`: the measured side of `compare`, which starts it; no command for people.
enum ServeCommand: Command {
  static let name = "serve"
  static let synopsis = "[OPTION]..."
  static let summary = "measure what 'compare' asks for on standard input"
  static let example = "cbambench compare --base OLD/cbambench"
  static let options: [Option] = [
    Option(name: "--extra-tiles", value: "PERCENT", help: "do so many more tiles, for a self-test"),
    .exact, .tuned, .data, .weightsData,
  ]

  static func run(_ arguments: Arguments, _ context: Context) throws -> ExitStatus {
    Interrupt.obeyAsker()
    let percent = arguments.value("--extra-tiles").map { Double($0) ?? -1 } ?? 0
    guard (0...100).contains(percent) else {
      throw UsageError("--extra-tiles: expected a percentage from 0 to 100")
    }
    let facts = RunFacts(machine: Machine(), revision: Revision.current ?? "", started: "")
    let server = Server(
      tiled: context.tiled, facts: facts, tool: context.version,
      plant: Plant(share: percent / 100), data: try DataChoice(arguments))
    while let line = readLine() {
      let goesOn = server.answer(line) { if !writeAll("\($0)\n", to: 1) { exit(0) } }
      if !goesOn { break }
    }
    return .fine
  }
}
