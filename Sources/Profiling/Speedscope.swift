import Records

/// JSON that speedscope.app opens: one sampled profile per worker.
public enum Speedscope {
  /// - Parameter name: of the whole.
  public static func text(_ profile: StackProfile, name: String) -> String {
    var frames: [String: Int] = [:]
    var names: [String] = []
    func index(_ frame: String) -> Int {
      if let known = frames[frame] { return known }
      frames[frame] = names.count
      names.append(frame)
      return names.count - 1
    }
    let isTime = profile.unit == .samples
    let workers = Dictionary(grouping: profile.sorted) { $0.stack[0] }.sorted { $0.key < $1.key }
    let profiles = workers.map { worker, stacks in
      let samples = stacks.map { "[" + $0.stack.map { "\(index($0))" }.joined(separator: ",") + "]" }
      let weights = stacks.map { isTime ? Double($0.count) * profile.period.value : Double($0.count) }
      return """
        {"type":"sampled","name":\(JSON.string(worker)),"unit":"\(isTime ? "seconds" : "bytes")","startValue":0,"endValue":\
        \(weights.reduce(0, +)),"samples":[\(samples.joined(separator: ","))],"weights":\
        [\(weights.map { "\($0)" }.joined(separator: ","))]}
        """
    }
    let list = names.map { "{\"name\":\(JSON.string($0))}" }.joined(separator: ",")
    return """
      {"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":"cbambench","name":\
      \(JSON.string(name)),"activeProfileIndex":0,"shared":{"frames":[\(list)]},
      "profiles":[
      \(profiles.joined(separator: ",\n"))
      ]}

      """
  }
}
