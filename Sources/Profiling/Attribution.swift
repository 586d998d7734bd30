import Kernels

/// Whose a sample is and what it was doing: worker and stage, read off the frames that `Kernels` puts on the stack.
public enum Attribution {
  /// Waiting for other workers, spinning.
  public static let wait = "wait"
  /// The team's own work: publishing regions, claiming chunks.
  public static let team = "team"
  /// Not the team: the profiler, the loop around the calls.
  public static let outside = "outside"
  /// Stage of heap stacks that are too long to show it.
  public static let deep = "deep stacks"
  /// A frame without a name.
  public static let unknown = "?"

  /// Frames above a function's own: worker and stage.
  public static let roots = 2

  /// The first frame of what a worker does.
  /// - Parameter index: 0 is the thread that calls the team.
  public static func worker(_ index: Int) -> String { "worker \(index)" }

  /// Names of all stages of a profile, as `note` left them.
  static func stages(_ notes: [String: String]) -> [Int: String] {
    var stages: [Int: String] = [:]
    for (name, value) in notes {
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
    var result = StackProfile(period: profile.period)
    for (stack, count) in named(profile) { result.add(stack, count: count) }
    return result
  }

  /// Likewise what was allocated.
  public static func attribute(_ heap: RecordedHeap) -> HeapStacks {
    var result = HeapStacks()
    for (stack, counts) in named(heap) { result.add(stack, counts) }
    return result
  }

  /// The heap profile without stacks that are neither a stage's nor the team's, as far as they tell: what profiling itself
  /// allocates.
  public static func withoutOutside(_ heap: RecordedHeap) -> RecordedHeap {
    var symbols = Symbols(heap.mappings, heap.notes)
    return heap.filtered { stack in
      let frames = RecordedHeap.code(stack).reversed().map { symbols.symbol($0) ?? unknown }
      return split(frames, [:], atMost: RecordedHeap.mostFrames).roots[1] != outside
    }
  }

  private static func named<Profile: RecordedStacks>(
    _ profile: Profile
  ) -> [(stack: StackProfile.Stack, value: Profile.Value)] {
    var symbols = Symbols(profile.mappings, profile.notes)
    var short: [String: String] = [:]
    let stages = stages(profile.notes)
    return profile.stacks.map { stack, value in
      let frames = Profile.code(stack).reversed().map { symbols.symbol($0) ?? unknown }
      let (roots, rest) = split(frames, stages, atMost: Profile.mostFrames)
      let names = rest.map { symbol in
        if let name = short[symbol] { return name }
        let name = Demangling.short(symbol)
        short[symbol] = name
        return name
      }
      return (roots + merged(names), value)
    }
  }

  /// A thunk has the name of the function that it calls.
  private static func merged(_ names: [String]) -> [String] {
    names.indices.filter { $0 == 0 || names[$0] != names[$0 - 1] }.map { names[$0] }
  }

  /// In the names of functions of this target that call a region's body.
  private static let counters = ["9ProfilingE7counted", "9Profiling11HeapCounter"]

  /// Helpers that call a region's body: they belong to the mark.
  private static func isMarker(_ frame: String) -> Bool {
    TeamFrames.isMark(frame) || counters.contains { frame.contains($0) }
  }

  /// Worker and stage of a stack of symbols, root first, and the frames below the stage's.
  static func split(_ frames: [String], _ stages: [Int: String]) -> (roots: [String], rest: [String]) {
    let worker = frames.lazy.compactMap { mark($0, "cplatform_worker_") }.first ?? 0
    if let at = frames.lastIndex(where: { mark($0, "cplatform_stage_") != nil }),
      let stage = mark(frames[at], "cplatform_stage_")
    {
      let rest = frames[(at + 1)...].drop(while: isMarker)
      return (
        [self.worker(worker), stages[stage] ?? "stage \(stage)"], Array(rest.isEmpty ? frames[at...] : rest)
      )
    }
    if let at = frames.firstIndex(where: TeamFrames.isWaiting) {
      return ([self.worker(worker), wait], Array(frames[at...]))
    }
    let entry = frames.lastIndex { $0.hasPrefix("cplatform_worker_") }
    if let at = frames.firstIndex(where: TeamFrames.isTeam) ?? entry {
      return ([self.worker(worker), team], Array(frames[at...]))
    }
    return ([outside, outside], frames)
  }

  /// Likewise, for stacks whose roots may be missing. Where none is, the frames of what counts allocations are seen.
  private static func split(
    _ frames: [String], _ stages: [Int: String], atMost most: Int
  ) -> (roots: [String], rest: [String]) {
    let (roots, rest) = split(frames, stages)
    let isCut = frames.count >= most && !frames.contains { $0.contains("9Profiling11HeapCounter") }
    return roots[0] == outside && isCut ? ([outside, deep], rest) : (roots, rest)
  }

  /// The index in the name of a marking function.
  private static func mark(_ frame: String, _ prefix: String) -> Int? {
    frame.hasPrefix(prefix) ? UInt16(frame.dropFirst(prefix.count), radix: 16).map { Int($0) } : nil
  }
}
