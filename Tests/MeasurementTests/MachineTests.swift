import Foundation
import Measurement
import Testing

/// A folder with files that stand for `/proc` and `/sys`; gone when released.
final class FakeRoot {
  let path: String

  init(_ files: [String: String] = [:]) throws {
    let name = "machine-\(UUID().uuidString)"
    path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path + "/"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (file, text) in files { try write(file, text) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ file: String, _ text: String) throws {
    let folder = (path + file as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try (text + "\n").write(toFile: path + file, atomically: false, encoding: .utf8)
  }
}

@Suite struct MachineTests {
  static let status = "Name:\ttest\nCpus_allowed:\tffff\nCpus_allowed_list:\t"

  private func usableCPUs(_ files: [String: String]) throws -> Int {
    let root = try FakeRoot(files)
    return Machine(root: root.path).usableCPUs
  }

  private func availableMemory(_ files: [String: String]) throws -> Int? {
    let root = try FakeRoot(files)
    return Machine.availableMemory(root: root.path)
  }

  @Test func modelIsThatOfTheFirstCPU() throws {
    let root = try FakeRoot([
      "proc/cpuinfo": """
      processor\t: 0
      model\t\t: 143
      model name\t: Example(R) CPU @ 2.10GHz: rev 3

      processor\t: 1
      model name\t: Other
      """,
      "proc/self/status": Self.status + "0-2",
    ])
    let machine = Machine(root: root.path)
    #expect(machine.model == "Example(R) CPU @ 2.10GHz: rev 3")
    #expect(machine.description == "Example(R) CPU @ 2.10GHz: rev 3, 3 CPUs")
    #expect(machine.compiler.hasPrefix("swift "))
  }

  @Test func topologyIsReadWhereItIsTold() throws {
    let cpus = "sys/devices/system/cpu/cpu"
    let root = try FakeRoot([
      cpus + "0/topology/physical_package_id": "0", cpus + "0/topology/thread_siblings_list": "0,2",
      cpus + "1/topology/physical_package_id": "1", cpus + "2/topology/physical_package_id": "0",
      "proc/self/status": Self.status + "0-2", "proc/self/cgroup": "0::/a",
      "sys/fs/cgroup/a/cpu.max": "150000 100000",
    ])
    let machine = Machine(root: root.path)
    #expect(machine.sockets == 2 && machine.threadsPerCore == 2)
    #expect(machine.allowedCPUs == 3 && machine.cpuQuota == 1.5 && machine.usableCPUs == 2)
    let bare = Machine(root: try FakeRoot().path)
    #expect(bare.sockets == nil && bare.threadsPerCore == nil && bare.cpuQuota == nil)
  }

  @Test func modelOfABoard() throws {
    let root = try FakeRoot(["proc/cpuinfo": "processor\t: 0\nBogoMIPS\t: 108\n\nModel\t\t: Board 4\n"])
    #expect(Machine(root: root.path).model == "Board 4")
  }

  @Test func nothingKnown() throws {
    let root = try FakeRoot()
    let machine = Machine(root: root.path)
    #expect(machine.model == "unknown CPU")
    #expect(machine.caches.isEmpty)
    #expect(machine.usableCPUs == ProcessInfo.processInfo.activeProcessorCount)
    #expect(Machine.load(root: root.path) == nil)
    #expect(Machine.availableMemory(root: root.path) == nil)
  }

  @Test(arguments: [("0", 1), ("5", 1), ("0-3", 4), ("0-3,8", 5), ("0,2,4-5,10-13", 8), ("64-127", 64)])
  func affinity(list: String, count: Int) throws {
    #expect(try usableCPUs(["proc/self/status": Self.status + list]) == count)
  }

  @Test(arguments: [
    ("max 100000", 8), ("200000 100000", 2), ("150000 100000", 2), ("50000 100000", 1), ("1000 100000", 1),
    ("25000 10000", 3), ("9000000 100000", 8), ("garbage", 8), ("100000 0", 8),
  ])
  func quotaOfVersion2(text: String, count: Int) throws {
    let files = [
      "proc/self/status": Self.status + "0-7", "proc/self/cgroup": "0::/a/b",
      "sys/fs/cgroup/a/b/cpu.max": text,
    ]
    #expect(try usableCPUs(files) == count)
  }

  @Test func theTightestAncestorCounts() throws {
    var files = [
      "proc/self/status": Self.status + "0-7",
      "proc/self/cgroup": "0::/a/b",
      "sys/fs/cgroup/a/b/cpu.max": "600000 100000",
      "sys/fs/cgroup/a/cpu.max": "300000 100000",
      "sys/fs/cgroup/cpu.max": "max 100000",
    ]
    #expect(try usableCPUs(files) == 3)
    files["sys/fs/cgroup/a/cpu.max"] = "700000 100000"
    #expect(try usableCPUs(files) == 6)
    files["sys/fs/cgroup/cpu.max"] = "120000 100000"
    #expect(try usableCPUs(files) == 2)
  }

  @Test func quotaOfTheRootOfAContainer() throws {
    let files = [
      "proc/self/status": Self.status + "0-7", "proc/self/cgroup": "0::/",
      "sys/fs/cgroup/cpu.max": "400000 100000",
    ]
    #expect(try usableCPUs(files) == 4)
  }

  @Test(arguments: [("-1", "100000", 8), ("250000", "100000", 3), ("50000", "50000", 1), ("250000", "0", 8)])
  func quotaOfVersion1(quota: String, period: String, count: Int) throws {
    let files = [
      "proc/self/status": Self.status + "0-7",
      "proc/self/cgroup": "12:memory:/m\n5:cpu,cpuacct:/slice/job\n1:name=systemd:/slice/job",
      "sys/fs/cgroup/cpu/slice/job/cpu.cfs_quota_us": quota,
      "sys/fs/cgroup/cpu/slice/job/cpu.cfs_period_us": period,
    ]
    #expect(try usableCPUs(files) == count)
  }

  @Test func quotaOfVersion1SeenFromInsideAContainer() throws {
    // The path is the host's, the mounted tree begins at the container's own group.
    let files = [
      "proc/self/status": Self.status + "0-7",
      "proc/self/cgroup": "5:cpu,cpuacct:/docker/0123abcd",
      "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "150000",
      "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
    ]
    #expect(try usableCPUs(files) == 2)
  }

  @Test func aQuotaOfAnotherControllerDoesNotCount() throws {
    let files = [
      "proc/self/status": Self.status + "0-7",
      "proc/self/cgroup": "5:cpuset:/x",
      "sys/fs/cgroup/cpu/x/cpu.cfs_quota_us": "100000",
      "sys/fs/cgroup/cpu/x/cpu.cfs_period_us": "100000",
    ]
    #expect(try usableCPUs(files) == 8)
  }

  @Test func affinityBelowTheQuotaCounts() throws {
    let files = [
      "proc/self/status": Self.status + "3,5", "proc/self/cgroup": "0::/",
      "sys/fs/cgroup/cpu.max": "400000 100000",
    ]
    #expect(try usableCPUs(files) == 2)
  }

  @Test func caches() throws {
    let folder = "sys/devices/system/cpu/cpu0/cache"
    var files: [String: String] = [:]
    // Index 1 holds instructions and index 4 lacks its size: neither counts.
    for (index, type, level, size, shared) in [
      (0, "Data", "1", "48K", "0,64"), (1, "Instruction", "1", "32K", "0,64"),
      (2, "Unified", "3", "105M", "0-31"),
      (3, "Unified", "2", "2048K", "0,64"), (4, "Unified", "4", "", "0-63"), (5, "Unified", "5", "1G", ""),
    ] {
      files["\(folder)/index\(index)/type"] = type
      files["\(folder)/index\(index)/level"] = level
      if !size.isEmpty { files["\(folder)/index\(index)/size"] = size }
      if !shared.isEmpty { files["\(folder)/index\(index)/shared_cpu_list"] = shared }
    }
    let root = try FakeRoot(files)
    let caches = Machine(root: root.path).caches
    #expect(caches.map(\.level) == [1, 2, 3, 5])
    #expect(caches.map(\.bytes) == [48 << 10, 2 << 20, 105 << 20, 1 << 30])
    #expect(caches.map(\.sharedBy) == [2, 2, 32, 1])
  }

  @Test func cacheSizeInBytes() throws {
    let folder = "sys/devices/system/cpu/cpu0/cache/index0"
    let root = try FakeRoot(["\(folder)/type": "Data", "\(folder)/level": "1", "\(folder)/size": "32768"])
    #expect(Machine(root: root.path).caches.map(\.bytes) == [32768])
    try root.write("\(folder)/size", "large")
    #expect(Machine(root: root.path).caches.isEmpty)
  }

  @Test func load() throws {
    let root = try FakeRoot(["proc/loadavg": "1.25 0.50 0.10 2/345 6789"])
    #expect(Machine.load(root: root.path) == 1.25)
  }

  @Test func memoryOfTheMachine() throws {
    let files = ["proc/meminfo": "MemTotal:       24000000 kB\nMemFree: 5 kB\nMemAvailable:   20000000 kB"]
    #expect(try availableMemory(files) == 20_000_000 * 1024)
  }

  @Test func memoryLimitOfVersion2() throws {
    var files = [
      "proc/meminfo": "MemAvailable: 1000 kB",
      "proc/self/cgroup": "0::/a/b",
      "sys/fs/cgroup/a/memory.max": "900000",
      "sys/fs/cgroup/a/memory.current": "100000",
      "sys/fs/cgroup/a/b/memory.max": "max",
      "sys/fs/cgroup/a/b/memory.current": "90000",
    ]
    #expect(try availableMemory(files) == 800_000)
    files["sys/fs/cgroup/a/b/memory.max"] = "95000"
    #expect(try availableMemory(files) == 5000)
    files["sys/fs/cgroup/a/b/memory.current"] = "96000"
    #expect(try availableMemory(files) == 0)
    files["sys/fs/cgroup/a/b/memory.current"] = nil
    #expect(try availableMemory(files) == 95_000)
  }

  @Test func memoryLimitOfVersion1() throws {
    var files = [
      "proc/meminfo": "MemAvailable: 1000 kB",
      "proc/self/cgroup": "5:cpu,cpuacct:/c\n12:memory:/m",
      "sys/fs/cgroup/memory/m/memory.limit_in_bytes": "9223372036854771712",
      "sys/fs/cgroup/memory/m/memory.usage_in_bytes": "4096",
    ]
    #expect(try availableMemory(files) == 1_024_000)
    files["sys/fs/cgroup/memory/m/memory.limit_in_bytes"] = "65536"
    #expect(try availableMemory(files) == 61440)
    files["proc/meminfo"] = nil
    #expect(try availableMemory(files) == 61440)
  }

  @Test func memoryThatIsFreeCountsBelowTheLimit() throws {
    let files = [
      "proc/meminfo": "MemAvailable: 10 kB", "proc/self/cgroup": "0::/", "sys/fs/cgroup/memory.max": "900000",
    ]
    #expect(try availableMemory(files) == 10240)
  }

  @Test func thisMachine() {
    let machine = Machine()
    #expect(machine.usableCPUs >= 1)
    #expect(!machine.model.isEmpty)
    #expect(machine.caches.map(\.level) == machine.caches.map(\.level).sorted())
  }
}
