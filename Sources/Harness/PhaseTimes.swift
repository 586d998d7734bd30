import Kernels
import Measurement
import Records

/// What each phase of a training step takes, inside a step of the whole.
struct PhaseTimes {
  /// Medians in milliseconds; packing is apart from the phases that it happens in.
  private(set) var milliseconds: [String: Double] = [:]

  /// Passes that the medians are of.
  private static let passes = 3
  /// The phase of regions that pack weights.
  static let packing = "packing"

  /// Nil where one region computes the whole.
  init?(_ item: Case) {
    let groups = item.regions.reduce(into: [(phase: String, regions: [Region])]()) { groups, region in
      let phase = Self.phase(region)
      if groups.last?.phase == phase {
        groups[groups.count - 1].regions.append(region)
      } else {
        groups.append((phase, [region]))
      }
    }
    guard groups.count > 1 else { return nil }
    var passes: [String: [Double]] = [:]
    for _ in 0..<Self.passes {
      var sums: [String: Double] = [:]
      for group in groups {
        sums[group.phase, default: 0] += Clock.time { item.team.run(group.regions) }.milliseconds
      }
      for (phase, sum) in sums { passes[phase, default: []].append(sum) }
    }
    item.team.rest()
    milliseconds = passes.mapValues { Statistics.median($0) }
  }

  private static func phase(_ region: Region) -> String {
    if region.isPacking { return packing }
    return switch region.layer.split(separator: ".").first {
    case "forward": "forward"
    case "loss", "loss-gradient": "loss"
    case "backward": "backward"
    default: "update"
    }
  }

  func fill(_ record: inout Record) {
    (record.forwardMs, record.lossMs) = (milliseconds["forward"], milliseconds["loss"])
    (record.backwardMs, record.updateMs) = (milliseconds["backward"], milliseconds["update"])
    record.packingMs = milliseconds[Self.packing]
  }
}
