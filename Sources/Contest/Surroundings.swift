import Foundation
import Measurement

/// What else happens on the machine while two builds are measured.
struct Surroundings {
  /// Numbers the control kernel adds: they stay in the first cache.
  private let numbers: [Float] = (0..<2048).map { Float($0 % 7) }
  private var sink: Float = 0

  /// Time of the control kernel, about 0.2 ms: a fixed sum in this process that no change of a build can touch.
  mutating func control() -> Double {
    var best = Double.infinity
    // The better of two: the first may find a cold cache.
    for _ in 0..<2 {
      best = min(
        best,
        Clock.time {
          for _ in 0..<64 { for number in numbers { sink = sink * 0.5 + number } }
        }.value)
    }
    return best
  }

  /// Seconds of processor time that the hypervisor has given to others so far, all processors.
  static func stolen() -> Double {
    let fields = text("/proc/stat")?.split(separator: "\n").first?.split(separator: " ") ?? []
    return fields.count > 8 ? (Double(fields[8]) ?? 0) / Double(sysconf(Int32(_SC_CLK_TCK))) : 0
  }

  /// Threads that can run at this moment, besides the one that asks.
  static func others() -> Int {
    let running = text("/proc/loadavg")?.split(separator: " ").dropFirst(3).first?.split(separator: "/").first
    return max(0, (running.flatMap { Int($0) } ?? 1) - 1)
  }

  private static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }
}
