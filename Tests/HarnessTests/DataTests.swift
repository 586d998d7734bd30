import Foundation
import Harness
import HarnessSupport
import Kernels
import Measurement
import Operators
import Testing
import TiledKernels
import Workloads

@Suite struct DataTests {
  private func rows(
    _ text: String, _ data: DataChoice, _ kernels: [any Kernel] = tiledKernels
  ) throws -> [RunRow] {
    var plan = Plan()
    (plan.requests, plan.rounds, plan.data) = ([.reference, .all], 1, data)
    plan.isas = ISA.allCases.filter(\.isAvailable)
    let facts = RunFacts(machine: Machine(), revision: "", started: "")
    let runner = Runner(plan: plan, tiled: Catalogue(kernels), facts: facts) { false }
    return runner.run(try Workload(text), suite: "", budget: Seconds(0))
  }

  private func checks(_ text: String, _ data: DataChoice, _ kernels: [any Kernel] = tiledKernels) throws
    -> [Check]
  {
    var plan = Plan()
    (plan.requests, plan.data) = ([.reference, .all], data)
    plan.isas = ISA.allCases.filter(\.isAvailable)
    return try Verifier(plan: plan, tiled: Catalogue(kernels)) { false }.check(try Workload(text))
  }

  private static let choices: [(inputs: String?, weights: String?)] = [
    ("zeros", nil), ("sparse:0.9", nil), ("denormal", nil), (nil, "denormal"),
  ]

  /// Every kernel on every instruction set is right, be the results zero or subnormal: a kernel that flushed subnormal
  /// numbers to zero would not be.
  @Test(arguments: [
    "conv:out=19,k=3,p=1@1x18x5x7", "conv:out=23@2x19x3x5", "dense:out=7@3x37", "cbam:r=4@1x19x5x7",
    "globalpool:type=avg@1x9x5x7", "pool:type=avg,k=3,s=2,p=1@1x5x9x9", "basicblock:out=11,s=2@1x7x5x5",
    "scale:gate=channel@1x5x7x9",
  ])
  func kernelsAreRightWithAllData(text: String) throws {
    for (inputs, weights) in Self.choices {
      let data = try DataChoice(inputs: inputs, weights: weights)
      for check in try checks(text, data) {
        #expect(check.outcome == .right, "\(text) \(data.text) \(check)")
      }
    }
  }

  /// A network's bounds are probable ones, which must hold for subnormal numbers too.
  @Test func networksAreRightWithDenormals() throws {
    let data = try DataChoice(inputs: "denormal", weights: nil)
    for row in try rows("resnet18:classes=10@1x3x32x32", data) {
      #expect(row.status == .ok && row.record.data == "denormal", "\(row.record.reason)")
    }
  }

  /// Zeros hide a kernel that writes zeros; dense input, which is compared besides, does not.
  @Test func dataThatTellsNothingHidesNothing() throws {
    let data = try DataChoice(inputs: "zeros", weights: nil)
    let flawed: [any Kernel] = [FlawedReLU(flaw: .writesZeros)]
    let wrong = try rows("relu@1x2x3x5", data, flawed).filter { $0.record.kernel == "tiled/flawed" }
    #expect(!wrong.isEmpty && wrong.allSatisfy { $0.status == .disagrees })
    for row in wrong { #expect(row.reproduction?.data == "zeros") }
    let threads = try rows("relu@1x2x3x5", data, [FlawedReLU(flaw: .dependsOnThreads)])
    #expect(threads.contains { $0.status == .disagrees && $0.record.threads == 2 })
  }

  private func npy(_ shape: String, _ elements: [Float]) throws -> String {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]
    bytes += Array(header.utf8) + elements.flatMap { value in withUnsafeBytes(of: value) { Array($0) } }
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).npy").path
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// A file is what a kernel sees, and the input of those workloads only that take its shape.
  @Test func filesAreTheInput() throws {
    let path = try npy("(1, 1, 2, 2)", [1, -2, 3, .nan])
    defer { try? FileManager.default.removeItem(atPath: path) }
    let data = try DataChoice(inputs: path, weights: nil)
    for row in try rows("relu@1x1x2x2", data) { #expect(row.status == .ok && row.record.data == path) }
    // A NaN is in the file alone.
    let swallowing = try rows("relu@1x1x2x2", data, [FlawedReLU(flaw: .swallowsNaN)])
    #expect(swallowing.contains { $0.status == .disagrees })
    for row in try rows("relu@1x1x2x3", data) {
      #expect(row.status == .skipped && row.record.reason == "\(path) holds 1x1x2x2; the input is 1x1x2x3")
    }
    let taken = try [Workload("relu@1x1x2x3"), Workload("relu@1x1x2x2")]
    try data.check(taken)
    #expect { try data.check([taken[0]]) } throws: {
      "\($0)" == "\(path): holds 1x1x2x2; expected 1x1x2x3, the input of relu@1x1x2x3"
    }
  }

  @Test(arguments: [
    "ones", "sparse", "sparse:", "sparse:2", "sparse:-0.1", "sparse:nan", "Dense", "", "/no/such.npy",
    "/dev/zero.npy", "/tmp/x.txt",
  ])
  func whatIsNoDataIsRefused(text: String) {
    #expect { try DataChoice(inputs: text, weights: nil) } throws: { "\($0)".hasPrefix(text) }
  }

  @Test func weightsComeFromNoFile() {
    #expect(throws: UsageError.self) { try DataChoice(inputs: nil, weights: "x.npy") }
  }
}
