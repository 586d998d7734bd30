import Kernels

/// Whose a sample is and what it was doing: worker and stage, read off the frames that `Kernels` puts on the stack.
public enum Attribution {
  /// Waiting for other workers, spinning.
  public static let wait = "wait"
  /// The team's own work: publishing regions, claiming chunks.
  public static let team = "team"
  /// Not the team: the profiler, the loop around the calls.
  public static let outside = "outside"
  /// A frame without a name.
  public static let unknown = "?"

  /// Frames above a function's own: worker and stage.
  public static let roots = 2

  public static func worker(_ index: Int) -> String { "worker \(index)" }

  /// Names of all stages of a profile, as `note` left them.
  static func stages(_ profile: RecordedProfile) -> [Int: String] {
    var stages: [Int: String] = [:]
    for (name, value) in profile.notes {
      if let index = name.split(separator: ".").last.flatMap({ Int($0) }), name == note(index) {
        stages[index] = value
      }
    }
    return stages
  }

  /// The note that names the stage of a mark.
  public static func note(_ stage: Int) -> String { "stage.\(stage)" }

  /// The stacks of a recorded profile by name, each below its worker and its stage; what calls a stage is left out.
  public static func attribute(_ profile: RecordedProfile) -> StackProfile {
    var symbols = Symbols(profile)
    var short: [String: String] = [:]
    let stages = stages(profile)
    var result = StackProfile(period: profile.period)
    for (stack, count) in profile.stacks {
      let frames = RecordedProfile.code(stack).reversed().map { symbols.symbol($0) ?? unknown }
      let (roots, rest) = split(frames, stages)
      let names = rest.map { symbol in
        if let name = short[symbol] { return name }
        let name = Demangling.short(symbol)
        short[symbol] = name
        return name
      }
      result.add(roots + merged(names), count: count)
    }
    return result
  }

  /// A thunk has the name of the function that it calls.
  private static func merged(_ names: [String]) -> [String] {
    names.indices.filter { $0 == 0 || names[$0] != names[$0 - 1] }.map { names[$0] }
  }

  /// Worker and stage of a stack of symbols, root first, and the frames below the stage's.
  static func split(_ frames: [String], _ stages: [Int: String]) -> (roots: [String], rest: [String]) {
    let worker = frames.lazy.compactMap { mark($0, "cplatform_worker_") }.first ?? 0
    if let at = frames.lastIndex(where: { mark($0, "cplatform_stage_") != nil }),
      let stage = mark(frames[at], "cplatform_stage_")
    {
      // The helpers that call the region's body belong to the mark.
      let rest = frames[(at + 1)...].drop { $0.contains("7Kernels4MarkO") }
      return (
        [self.worker(worker), stages[stage] ?? "stage \(stage)"], Array(rest.isEmpty ? frames[at...] : rest)
      )
    }
    let isWaiting: (String) -> Bool = { frame in
      frame.contains("7Kernels") && Team.waitingFunctions.contains { frame.contains("\($0.utf8.count)\($0)") }
    }
    if let at = frames.firstIndex(where: isWaiting) {
      return ([self.worker(worker), wait], Array(frames[at...]))
    }
    let isTeam: (String) -> Bool = { $0.contains("7Kernels4TeamC3run") || $0.contains("7Kernels6Worker") }
    let entry = frames.lastIndex { $0.hasPrefix("cplatform_worker_") }
    if let at = frames.firstIndex(where: isTeam) ?? entry {
      return ([self.worker(worker), team], Array(frames[at...]))
    }
    return ([outside, outside], frames)
  }

  /// The index in the name of a marking function.
  private static func mark(_ frame: String, _ prefix: String) -> Int? {
    frame.hasPrefix(prefix) ? Int(frame.dropFirst(prefix.count), radix: 16) : nil
  }
}
