import Foundation
import Measurement
import Profiling

extension FuzzTarget {
  /// Files of profilers, and the programs that they name.
  static let profiles: [FuzzTarget] = [
    FuzzTarget("prof", seeds: [prof(maps)], tokens: tokens) { bytes in
      try use(RecordedProfile(bytes, name: "x.prof"))
    },
    FuzzTarget("heap", seeds: [Array(heap(maps).utf8)], tokens: tokens) { bytes in
      let heap = try RecordedHeap(bytes, name: "x.heap")
      guard try RecordedHeap(heap.bytes, name: "x.heap").stacks == heap.stacks else {
        throw FuzzFinding("not the same again")
      }
      _ = (heap.missing, Attribution.withoutOutside(heap).bytes)
      let stacks = Attribution.attribute(heap)
      use(stacks.bytes)
      _ = (Pprof.file(stacks, comments: ["c"]), stacks.functions { _ in true }, stacks.total)
    },
    FuzzTarget("folded", texts: ["a;b;c 3\na;b 4\n", "a 0\n"], words: "; ;; 9223372036854775807") {
      use(try CollapsedStacks.read($0, name: "x.folded", period: Seconds(0.01)))
    },
    FuzzTarget("elf", seeds: [elf]) { bytes in
      let file = FileManager.default.temporaryDirectory.appendingPathComponent(
        "cbambench-fuzz-\(UUID().uuidString)")
      try Data(bytes).write(to: file)
      defer { try? FileManager.default.removeItem(at: file) }
      _ = Attribution.attribute(
        try RecordedProfile(prof("1000-9000 r-xp 00000000 08:01 1 \(file.path)\n"), name: "x.prof"))
    },
  ]

  private static func use(_ recorded: RecordedProfile) throws {
    guard try RecordedProfile(recorded.bytes, name: "x.prof").stacks == recorded.stacks else {
      throw FuzzFinding("not the same again")
    }
    _ = recorded.total
    let stacks = Attribution.attribute(recorded)
    use(stacks)
    _ = Pprof.file(stacks, wall: Seconds(1), comments: ["c"])
    let times = StageTimes(stacks, order: ["mlp"], threads: 2, wall: Seconds(1), processor: Seconds(1))
    _ = (times.silentWorkers, times.idleShare, times.accounted)
  }

  /// In all forms, also against another profile.
  private static func use(_ stacks: StackProfile) {
    var other = StackProfile(period: Seconds(0.01))
    other.add(["worker 0", "mlp", "f"], count: 3)
    _ = (
      FlameGraph(stacks, title: "t").svg, FlameGraph(other, title: "t", before: stacks).svg,
      Speedscope.text(stacks, name: "n")
    )
    _ = (
      CollapsedStacks.text(stacks), CollapsedStacks.difference(stacks, other),
      other.changes(since: stacks, below: Attribution.roots)
    )
    _ = (stacks.functions(below: Attribution.roots), stacks.namedShare, stacks.total)
  }

  private static func words(_ list: [UInt64]) -> [UInt8] {
    list.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
  }

  private static let tokens = [
    "r-xp", "cbambench.stage.0=mlp\n", "cbambench.symbol.7=cplatform_stage_0\n",
    "cbambench.symbol.8=cplatform_worker_ffff\n", "@ 0x1", "[",
    "ffffffffffffffff", "MAPPED_LIBRARIES:", "cbambench.symbol.1f=$s7Kernels4TeamC3runyyF\n",
  ].map { Array($0.utf8) }

  private static let maps = """
    1000-9000 r-xp 00001000 08:01 12 /proc/self/exe
    cbambench.stage.0=mlp
    cbambench.symbol.1234=cplatform_stage_0
    cbambench.symbol.2345=cplatform_worker_1
    cbambench.symbol.3456=$s12TiledKernels17DirectConvolutionO4bindyyF

    """

  private static func prof(_ text: String) -> [UInt8] {
    words([0, 3, 0, 10_000, 0, 2, 3, 0x3457, 0x1235, 0x2346, 5, 1, 0x2000, 0, 1, 0]) + Array(text.utf8)
  }

  private static func heap(_ text: String) -> String {
    """
    heap profile:      3:     3000 [    14:     4500] @ heapprofile
         2:     2000 [     3:     3000] @ 0x3457 0x1235 0x2346
         1:     1000 [     1:     1000] @ 0x2000

    MAPPED_LIBRARIES:

    """ + text
  }

  /// Header, one loaded segment, sections for symbols and names, one function.
  private static let elf: [UInt8] = {
    func little<T: FixedWidthInteger>(_ values: T...) -> [UInt8] {
      values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    }
    let (programs, sections, symbols, names) = (64, 120, 312, 360) as (UInt64, UInt64, UInt64, UInt64)
    var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + Array(repeating: 0, count: 9)
    bytes += little(UInt16(2), 62) + little(UInt32(1)) + little(0, programs, sections) + little(UInt32(0))
    bytes += little(UInt16(64), 56, 1, 64, 3, 0)
    bytes += little(UInt32(1), 5) + little(0, 0, 0, 0x9000, 0x9000, 0x1000 as UInt64)
    bytes += Array(repeating: 0, count: 64)
    bytes += little(UInt32(1), 2) + little(0, 0, symbols, 48) + little(UInt32(2), 0) + little(8, 24 as UInt64)
    bytes += little(UInt32(9), 3) + little(0, 0, names, 16) + little(UInt32(0), 0) + little(1, 0 as UInt64)
    bytes += Array(repeating: 0, count: 24)
    bytes += little(UInt32(1)) + [2, 0] + little(UInt16(1)) + little(0x234 as UInt64, 0x1000)
    bytes += Array("\u{0}function\u{0}".utf8) + Array(repeating: 0, count: 6)
    return bytes
  }()
}
