import Glibc
import Kernels
import Measurement
import MicroKernelAPI
import Tensors

/// A level of the memory hierarchy.
public enum MemoryLevel: String, Sendable, CaseIterable {
  /// Data caches of a core, the cache that cores share, memory.
  case l1, l2, l3, dram
}

/// A measured limit.
public struct Limit: Sendable {
  /// Of the fastest probe: GFLOP/s or GB/s.
  public let value: Double
  /// How much slower the median probe was, as a share of the fastest.
  public let spread: Double
}

/// Measured limits of this machine; probes run when first asked for.
///
/// Not thread-safe: the runner asks between measurements.
public final class MeasuredRoofs {
  /// What an access pattern does with a byte.
  public enum Traffic: Sendable, Hashable {
    /// Reads it; or reads it and writes it elsewhere.
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
  private let usableCPUs: Int
  private let teams: Teams
  private var peaks: [PeakKey: Limit] = [:]
  private var bandwidths: [BandwidthKey: Limit] = [:]

  /// Measures nothing yet.
  public init(machine: Machine, teams: Teams) {
    self.teams = teams
    usableCPUs = machine.usableCPUs
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
  public func peak(_ isa: ISA, threads: Int) -> Limit {
    let key = PeakKey(isa: isa, threads: threads)
    if let known = peaks[key] { return known }
    let peak = probe(key)
    peaks[key] = peak
    return peak
  }

  /// Probes all limits known so far once more and keeps the better of both: a neighbour may have been busy for longer
  /// than one limit takes.
  public func remeasure() {
    for (key, known) in peaks { peaks[key] = better(known, probe(key)) }
    for (key, known) in bandwidths { bandwidths[key] = better(known, probe(key)) }
  }

  private func better(_ a: Limit, _ b: Limit) -> Limit { b.value > a.value ? b : a }

  private func probe(_ key: PeakKey) -> Limit {
    let (isa, threads) = (key.isa, key.threads)
    let probes = isa.microKernels.probes
    let sinks = try? Tensor<Float>(Shape(threads * 16))
    guard let sinks else { return Limit(value: 0, spread: 0) }
    var operations = 0
    let iterations = 100_000
    let region = Region("multiply-add probe", tiles: threads) { tile, _ in
      let sink = sinks.pointer + tile * 16
      sink[0] = 0.999
      sink[1] = 1e-3
      let count = probes.multiplyAdd(iterations, sink)
      if tile == 0 { operations = count }
    }
    // Two cores do not always give twice the operations, but less says that something else used one of them.
    let hope = threads == 1 ? 0 : 0.95 * Double(min(threads, usableCPUs)) * self.peak(isa, threads: 1).value
    return limit(region, threads: threads, hope: hope) { Double(operations * threads) / $0.value * 1e-9 }
  }

  /// The smallest level that holds `bytes` when `threads` threads share them.
  public func level(bytes: Int, threads: Int) -> MemoryLevel {
    if bytes <= sizes[.l1, default: 0] * threads { return .l1 }
    if bytes <= sizes[.l2, default: 0] * threads { return .l2 }
    return bytes <= sizes[.l3, default: 0] ? .l3 : .dram
  }

  /// GB/s, bytes read plus bytes written.
  public func bandwidth(_ level: MemoryLevel, _ traffic: Traffic, threads: Int) -> Limit {
    let key = BandwidthKey(level: level, traffic: traffic, threads: threads)
    if let known = bandwidths[key] { return known }
    let measured = probe(key)
    bandwidths[key] = measured
    return measured
  }

  private func probe(_ key: BandwidthKey) -> Limit {
    let arrays = key.traffic == .read ? 1 : 2
    let total = workingSet(key.level, threads: key.threads, arrays: arrays)
    let count = max(128, total / 4 / arrays / key.threads / 128 * 128)
    guard let memory = try? Tensor<Float>(Shape(key.threads, arrays, count)),
      let sinks = try? Tensor<Float>(Shape(key.threads * 16))
    else { return Limit(value: 0, spread: 0) }
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
    return limit(region, threads: key.threads) {
      Double(bytes * repeats * key.threads) / $0.value * 1e-9
    }
  }

  private func workingSet(_ level: MemoryLevel, threads: Int, arrays: Int) -> Int {
    let (l2, l3) = (sizes[.l2, default: 0], sizes[.l3, default: 0])
    switch level {
    case .l1: return sizes[.l1, default: 0] / 2 * threads
    case .l2: return l2 / 2 * threads
    case .l3: return min(4 * l2 * threads, max(l3 / 2, l2 * threads))
    // Each array alone is larger than the cache, whose replacement may keep a part of what is read in circles.
    case .dram: return min(3 * l3 * arrays * threads, 1 << 30)
    }
  }

  /// Probes in bursts, until four bursts in a row have found nothing faster by 1 %: a neighbour's slice of time is longer
  /// than a burst, and between bursts the machine may become quiet.
  /// - Parameter hope: a value that is likely reached; below it the search goes on to the end of its time.
  private func limit(
    _ region: Region, threads: Int, hope: Double = 0, _ value: (Seconds) -> Double
  ) -> Limit {
    guard let team = try? teams[threads] else { return Limit(value: 0, spread: 0) }
    defer { team.rest() }
    var times: [Double] = []
    var (best, disappointments) = (Double.infinity, 0)
    let started = Clock.now()
    while Clock.now() - started < MeasuredRoofs.longest {
      if disappointments >= 4 {
        if value(Seconds(best)) >= hope { break }
        usleep(5000)
      }
      team.run(region)
      let burst = (0..<MeasuredRoofs.burst).map { _ in Clock.time { team.run(region) }.value }
      let fastest = burst.min() ?? best
      disappointments = fastest < best * 0.99 ? 0 : disappointments + 1
      best = min(best, fastest)
      times += burst
    }
    return Limit(value: value(Seconds(best)), spread: Statistics.median(times) / best - 1)
  }

  private static let burst = 4
  /// Time for one limit.
  private static let longest = Seconds(0.4)

  /// The roof over a workload, GFLOP/s.
  /// - Parameter outputBytes: the part of `bytes` that is written.
  public func roof(
    flops: Int, bytes: Int, outputBytes: Int, isa: ISA, threads: Int, cache: CacheState = .hot
  ) -> (gflops: Double, level: MemoryLevel, bandwidth: Double) {
    let level = cache == .cold ? .dram : level(bytes: bytes, threads: threads)
    let traffic = outputBytes * 8 < bytes ? Traffic.read : .copy
    let bandwidth = bandwidth(level, traffic, threads: threads).value
    let intensity = Double(flops) / Double(bytes)
    return (min(peak(isa, threads: threads).value, intensity * bandwidth), level, bandwidth)
  }
}

/// One resident team per thread count, made when first asked for.
public final class Teams {
  private var teams: [Int: Team] = [:]
  private var shortages: [Int: ThreadShortage] = [:]

  /// No team yet.
  public init() {}

  /// - Throws: `ThreadShortage` where the system does not give so many threads.
  public subscript(threads: Int) -> Team {
    get throws(ThreadShortage) {
      if let team = teams[threads] { return team }
      if let shortage = shortages[threads] { throw shortage }
      do {
        let team = try Team.available(threads: threads)
        teams[threads] = team
        return team
      } catch {
        shortages[threads] = error
        throw error
      }
    }
  }

  /// Why there is no team of so many threads; nil: there is one.
  public func shortage(of threads: Int) -> ThreadShortage? {
    do {
      _ = try self[threads]
      return nil
    } catch { return error }
  }

  /// Lets the workers of all teams sleep.
  public func rest() { for team in teams.values { team.rest() } }
}
