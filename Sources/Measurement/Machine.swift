import Foundation

/// One level of cache as the operating system describes it.
public struct CacheLevel: Sendable, Equatable {
  /// 1 for the nearest.
  public let level: Int
  /// Size of one instance.
  public let bytes: Int
  /// Logical CPUs that share one instance.
  public let sharedBy: Int
}

/// The facts about this machine that a time depends on.
public struct Machine: Sendable {
  /// The CPU's name, as the system gives it.
  public let model: String
  /// The lesser of affinity mask and cgroup quota, at least 1.
  public let usableCPUs: Int
  /// CPUs of the affinity mask.
  public let allowedCPUs: Int
  /// CPUs that the cgroups grant, a fraction perhaps; nil: no limit.
  public let cpuQuota: Double?
  /// Nil where the system does not tell.
  public let sockets: Int?
  /// Logical CPUs per core: 2 with simultaneous multithreading.
  public let threadsPerCore: Int?
  /// Data and unified caches, smallest level first.
  public let caches: [CacheLevel]
  /// The Swift version that built this executable.
  public let compiler: String

  /// Reads the facts; `root` stands for `/` in tests.
  public init(root: String = "/") {
    let files = SystemFiles(root: root)
    model = files.cpuModel
    usableCPUs = files.usableCPUs
    allowedCPUs = files.allowedCPUs
    cpuQuota = files.cpuQuota
    sockets = files.sockets
    threadsPerCore = files.threadsPerCore
    caches = files.caches
    #if compiler(>=6.4)
      compiler = "swift 6.4 or later"
    #elseif compiler(>=6.3)
      compiler = "swift 6.3"
    #else
      compiler = "swift 6.2"
    #endif
  }

  /// Model and usable CPUs, in the form of the `machine` column.
  public var description: String { "\(model), \(usableCPUs) CPUs" }

  /// Data and unified caches alone, smallest level first: of `caches`, read without the rest.
  public static func caches(root: String = "/") -> [CacheLevel] { SystemFiles(root: root).caches }

  /// Load average over the last minute; nil where the system does not tell.
  public static func load(root: String = "/") -> Double? {
    SystemFiles(root: root).text("proc/loadavg")?.split(separator: " ").first.flatMap { Double($0) }
  }

  /// Bytes that can still be had without swapping, limited by the cgroup and by what the process may map.
  public static func availableMemory(root: String = "/") -> Int? { SystemFiles(root: root).availableMemory }
}

/// The files below `/proc` and `/sys` that tell about the machine.
struct SystemFiles {
  let root: String

  func text(_ path: String) -> String? {
    guard let data = FileManager.default.contents(atPath: root + path) else { return nil }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Value of a `key : value` line.
  func field(_ key: String, in path: String) -> String? {
    for line in (text(path) ?? "").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == key {
        return parts[1].trimmingCharacters(in: .whitespaces)
      }
    }
    return nil
  }

  var cpuModel: String {
    field("model name", in: "proc/cpuinfo") ?? field("Model", in: "proc/cpuinfo") ?? "unknown CPU"
  }

  var allowedCPUs: Int {
    let allowed = field("Cpus_allowed_list", in: "proc/self/status").map(SystemFiles.cpuCount)
    return max(1, allowed ?? ProcessInfo.processInfo.activeProcessorCount)
  }

  var usableCPUs: Int {
    guard let quota = cpuQuota else { return allowedCPUs }
    return max(1, min(allowedCPUs, Int(quota.rounded(.up))))
  }

  private static let topology = "sys/devices/system/cpu"

  var sockets: Int? {
    let folders = (0..<4096).lazy.map { "\(SystemFiles.topology)/cpu\($0)/topology/physical_package_id" }
    let packages = folders.prefix { FileManager.default.fileExists(atPath: root + $0) }.compactMap {
      text($0)
    }
    return packages.isEmpty ? nil : Set(packages).count
  }

  var threadsPerCore: Int? {
    text("\(SystemFiles.topology)/cpu0/topology/thread_siblings_list").map(SystemFiles.cpuCount)
  }

  /// Number of CPUs in a list such as `0-3,8`.
  static func cpuCount(_ list: String) -> Int {
    list.split(separator: ",").reduce(0) { total, range in
      let ends = range.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last else { return total }
      return total + last - first + 1
    }
  }

  /// CPUs granted by the tightest cgroup on the way to the root, version 2 or 1.
  var cpuQuota: Double? {
    var tightest: Double?
    for group in cgroups(controller: "cpu") {
      var quota: Double?
      if let parts = text(group + "/cpu.max")?.split(separator: " "), parts.count == 2 {
        if let limit = Double(parts[0]), let period = Double(parts[1]), period > 0 { quota = limit / period }
      } else if let limit = text(group + "/cpu.cfs_quota_us").flatMap(Double.init), limit > 0,
        let period = text(group + "/cpu.cfs_period_us").flatMap(Double.init), period > 0
      {
        quota = limit / period
      }
      if let quota { tightest = min(tightest ?? quota, quota) }
    }
    return tightest
  }

  /// Folders of this process's cgroup and its ancestors.
  private func cgroups(controller: String) -> [String] {
    var folders: [String] = []
    for line in (text("proc/self/cgroup") ?? "").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let unified = parts[0] == "0" && parts[1].isEmpty
      guard unified || parts[1].split(separator: ",").contains(Substring(controller)) else { continue }
      let base = unified ? "sys/fs/cgroup" : "sys/fs/cgroup/\(controller)"
      var path = parts[2].split(separator: "/")
      while true {
        folders.append(([base] + path.map(String.init)).joined(separator: "/"))
        if path.isEmpty { break }
        path.removeLast()
      }
    }
    return folders
  }

  var availableMemory: Int? {
    let free = field("MemAvailable", in: "proc/meminfo")
      .flatMap { $0.split(separator: " ").first }.flatMap { Int($0) }.map { $0 * 1024 }
    var limits: [Int] = free.map { [$0] } ?? []
    for group in cgroups(controller: "memory") {
      for (limit, used) in [
        ("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes"),
      ] {
        if let limit = text("\(group)/\(limit)").flatMap({ Int($0) }) {
          limits.append(max(0, limit - (text("\(group)/\(used)").flatMap { Int($0) } ?? 0)))
        }
      }
    }
    if let addressSpace { limits.append(addressSpace) }
    return limits.min()
  }

  /// Bytes that the process may still map (`ulimit -v`); nil: as many as it likes.
  private var addressSpace: Int? {
    let prefix = "Max address space"
    let line = text("proc/self/limits")?.split(separator: "\n").first { $0.hasPrefix(prefix) }
    guard let most = line?.dropFirst(prefix.count).split(separator: " ").first.flatMap({ Int($0) }),
      let used = field("VmSize", in: "proc/self/status")?.split(separator: " ").first.flatMap({ Int($0) })
    else { return nil }
    return max(0, most - used << 10)
  }

  var caches: [CacheLevel] {
    var found: [CacheLevel] = []
    let folder = "sys/devices/system/cpu/cpu0/cache"
    for index in 0..<8 {
      let path = "\(folder)/index\(index)"
      guard let type = text(path + "/type"), type != "Instruction",
        let level = text(path + "/level").flatMap({ Int($0) }),
        let bytes = text(path + "/size").flatMap(SystemFiles.bytes)
      else { continue }
      let shared = text(path + "/shared_cpu_list").map(SystemFiles.cpuCount) ?? 1
      found.append(CacheLevel(level: level, bytes: bytes, sharedBy: shared))
    }
    return found.sorted { $0.level < $1.level }
  }

  /// `48K`, `2048K`, `32M`.
  static func bytes(_ text: String) -> Int? {
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    guard let last = text.last, let unit = units[last] else { return Int(text) }
    return Int(text.dropLast()).map { $0 * unit }
  }
}
