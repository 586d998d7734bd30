import Kernels
import Measurement
import MicroKernelAPI
import Tensors

/// A level of the memory hierarchy.
public enum MemoryLevel: String, Sendable, CaseIterable {
  case l1, l2, l3, dram
}

/// Measured limits of this machine; probes run when first asked for.
///
/// Not thread-safe: the runner asks between measurements.
public final class Roofs {
  /// What an access pattern does with a byte.
  public enum Traffic: Sendable, Hashable {
    case read, copy
  }

  private struct PeakKey: Hashable {
    let isa: ISA
    let threads: Int
  }

  private struct BandwidthKey: Hashable {
    let level: MemoryLevel
    let traffic: Traffic
    let threads: Int
  }

  private let sizes: [MemoryLevel: Int]
  private let teams: Teams
  private var peaks: [PeakKey: Double] = [:]
  private var bandwidths: [BandwidthKey: Double] = [:]

  public init(machine: Machine, teams: Teams) {
    self.teams = teams
    var sizes: [MemoryLevel: Int] = [.l1: 32 << 10, .l2: 1 << 20, .l3: 32 << 20]
    for cache in machine.caches {
      switch cache.level {
      case 1: sizes[.l1] = cache.bytes
      case 2: sizes[.l2] = cache.bytes
      case 3: sizes[.l3] = cache.bytes
      default: break
      }
    }
    self.sizes = sizes
  }

  /// GFLOP/s of independent multiply-adds on `threads` threads.
  public func peak(_ isa: ISA, threads: Int) -> Double {
    let key = PeakKey(isa: isa, threads: threads)
    if let known = peaks[key] { return known }
    let probe = isa.microKernels.probes.multiplyAdd
    let sinks = try? Tensor<Float>(Shape(threads * 16))
    guard let sinks else { return 0 }
    var operations = 0
    let iterations = 100_000
    let region = Region("multiply-add probe", tiles: threads) { tile, _ in
      let sink = sinks.pointer + tile * 16
      sink[0] = 0.999
      sink[1] = 1e-3
      let count = probe(iterations, sink)
      if tile == 0 { operations = count }
    }
    let seconds = best(region, threads: threads, rounds: 15)
    let peak = Double(operations * threads) / seconds.value * 1e-9
    peaks[key] = peak
    return peak
  }

  /// The smallest level that holds `bytes` when `threads` threads share them.
  public func level(bytes: Int, threads: Int) -> MemoryLevel {
    if bytes <= sizes[.l1, default: 0] * threads { return .l1 }
    if bytes <= sizes[.l2, default: 0] * threads { return .l2 }
    return bytes <= sizes[.l3, default: 0] ? .l3 : .dram
  }

  /// GB/s, bytes read plus bytes written.
  public func bandwidth(_ level: MemoryLevel, _ traffic: Traffic, threads: Int) -> Double {
    let key = BandwidthKey(level: level, traffic: traffic, threads: threads)
    if let known = bandwidths[key] { return known }
    let measured = probe(key)
    bandwidths[key] = measured
    return measured
  }

  private func probe(_ key: BandwidthKey) -> Double {
    let total = workingSet(key.level, threads: key.threads)
    let arrays = key.traffic == .read ? 1 : 2
    let count = max(128, total / 4 / arrays / key.threads / 128 * 128)
    guard let memory = try? Tensor<Float>(Shape(key.threads, arrays, count)),
      let sinks = try? Tensor<Float>(Shape(key.threads * 16))
    else { return 0 }
    for i in 0..<memory.count { memory.pointer[i] = 1 }
    let probes = ISA.best.microKernels.probes
    let bytes = count * 4 * arrays
    // About a millisecond per probe at 20 GB/s.
    let repeats = max(1, (20 << 20) / (bytes * key.threads))
    let region = Region("bandwidth probe", tiles: key.threads) { tile, _ in
      let source = memory.pointer + tile * arrays * count
      for _ in 0..<repeats {
        if key.traffic == .read {
          probes.read(source, count, sinks.pointer + tile * 16)
        } else {
          probes.copy(source, count, source + count)
        }
      }
    }
    let seconds = best(region, threads: key.threads, rounds: key.level == .dram ? 4 : 12)
    return Double(bytes * repeats * key.threads) / seconds.value * 1e-9
  }

  private func workingSet(_ level: MemoryLevel, threads: Int) -> Int {
    let (l2, l3) = (sizes[.l2, default: 0], sizes[.l3, default: 0])
    switch level {
    case .l1: return sizes[.l1, default: 0] / 2 * threads
    case .l2: return l2 / 2 * threads
    case .l3: return min(4 * l2 * threads, max(l3 / 2, l2 * threads))
    case .dram: return min(4 * l3, 1 << 30)
    }
  }

  private func best(_ region: Region, threads: Int, rounds: Int) -> Seconds {
    let team = teams[threads]
    defer { team.rest() }
    team.run(region)
    return (0..<rounds).map { _ in Clock.time { team.run(region) } }.min() ?? Seconds(.infinity)
  }

  /// The roof over a workload, GFLOP/s.
  /// - Parameter outputBytes: the part of `bytes` that is written.
  public func roof(
    flops: Int, bytes: Int, outputBytes: Int, isa: ISA, threads: Int
  ) -> (gflops: Double, level: MemoryLevel, bandwidth: Double) {
    let level = level(bytes: bytes, threads: threads)
    let traffic = outputBytes * 8 < bytes ? Traffic.read : .copy
    let bandwidth = bandwidth(level, traffic, threads: threads)
    let intensity = Double(flops) / Double(bytes)
    return (min(peak(isa, threads: threads), intensity * bandwidth), level, bandwidth)
  }
}

/// One resident team per thread count, made when first asked for.
public final class Teams {
  private var teams: [Int: Team] = [:]

  public init() {}

  public subscript(threads: Int) -> Team {
    if let team = teams[threads] { return team }
    let team = Team(threads: threads)
    teams[threads] = team
    return team
  }

  /// Lets the workers of all teams sleep.
  public func rest() { for team in teams.values { team.rest() } }
}
