// swift-tools-version: 6.2
import PackageDescription

// Targets from the lowest floor to the highest. docs/architecture.md says which floor each is on; Tests/HouseTests compares.

/// Warnings are errors everywhere: a clean build is part of passing.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

func floor(
  _ name: String, _ dependencies: [Target.Dependency], plugins: [Target.PluginUsage] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: ["README.md"], swiftSettings: strict, plugins: plugins)
}

/// The same micro-kernel sources, compiled once per instruction set (the folders are symbolic links).
func micro(_ name: String, define: String, march: String?) -> Target {
  var flags = ["-Ounchecked", "-Xllvm", "-unroll-threshold=600"]
  #if arch(x86_64)
    if let march { flags += ["-Xcc", "-march=\(march)"] }
  #endif
  return .target(
    name: name, dependencies: ["MicroKernelAPI", "CPlatform"],
    swiftSettings: strict + [.unsafeFlags(flags), .define(define)])
}

/// A program of the package in `Examples`, built here as well so that tests can run it.
func example(_ name: String) -> Target {
  .executableTarget(
    name: name, dependencies: ["CBAMHarness"], path: "Examples/\(name)", swiftSettings: strict
  )
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: strict)
}

let package = Package(
  name: "cbambench",
  products: [
    .library(name: "CBAMKernels", targets: ["CBAMKernels"]),
    .library(name: "CBAMHarness", targets: ["CBAMHarness"]),
    .executable(name: "cbambench", targets: ["cbambench"]),
  ],
  targets: [
    // Text as people and programs may see it: below all, since all quote what users write.
    floor("PlainText", []),
    .target(name: "CPlatform", exclude: ["README.md"]),
    .systemLibrary(
      name: "CGperftools", pkgConfig: "libtcmalloc", providers: [.apt(["libgoogle-perftools-dev"])]),
    floor("MicroKernelAPI", []),
    floor("Tensors", ["PlainText"]),
    floor("Measurement", []),
    floor("Files", ["PlainText"]),
    floor("Formats", ["PlainText", "Tensors"]),
    floor("Operators", ["PlainText", "Tensors"]),
    floor("Processes", ["CPlatform", "Files", "Measurement"]),
    floor("Records", ["PlainText"]),
    micro("MicroBaseline", define: "ISA_BASELINE", march: nil),
    micro("MicroAVX2", define: "ISA_AVX2", march: "x86-64-v3"),
    micro("MicroAVX512", define: "ISA_AVX512", march: "x86-64-v4"),
    floor("Models", ["Operators", "PlainText", "Tensors"]),
    floor(
      "Kernels",
      [
        "Operators", "Tensors", "MicroKernelAPI", "MicroBaseline", "MicroAVX2", "MicroAVX512", "CPlatform",
      ]),
    floor("Execution", ["Kernels", "Operators", "Tensors"]),
    floor(
      "Workloads", ["Files", "Models", "Operators", "PlainText", "Tensors"], plugins: ["CarrySuites"]),
    .plugin(name: "CarrySuites", capability: .buildTool(), exclude: ["carry.sh"]),
    floor("ReferenceKernels", ["Execution", "Kernels", "Operators", "Tensors"]),
    floor(
      "TiledKernels",
      ["Execution", "Kernels", "Measurement", "MicroKernelAPI", "Models", "Operators", "Tensors"]),
    floor(
      "Engines",
      [
        "Files", "Formats", "Kernels", "Measurement", "Operators", "PlainText", "Processes", "Records",
        "Tensors", "Workloads",
      ]),
    floor(
      "Tuning",
      [
        "Files", "Kernels", "Measurement", "Operators", "PlainText", "Records", "Tensors", "Workloads",
      ]),
    floor("Roofs", ["Kernels", "Measurement", "MicroKernelAPI", "Tensors"]),
    floor("Profiling", ["CGperftools", "CPlatform", "Kernels", "Measurement", "PlainText", "Records"]),
    floor(
      "CBAMKernels",
      [
        "Execution", "Kernels", "Models", "Operators", "ReferenceKernels", "Tensors", "TiledKernels",
        "Tuning",
      ]),
    floor(
      "Harness",
      [
        "Engines", "Execution", "Formats", "Kernels", "Measurement", "Operators", "PlainText", "Processes",
        "Profiling", "Records", "ReferenceKernels", "Roofs", "Tensors", "Workloads",
      ]),
    floor(
      "Contest",
      ["Harness", "Measurement", "PlainText", "Processes", "Records", "Workloads"]),
    floor(
      "CaseProfiles",
      ["Harness", "Kernels", "Measurement", "Operators", "Profiling", "Tensors", "Workloads"]),
    floor("Gate", ["Measurement", "PlainText", "Records"]),
    floor(
      "Reporting",
      [
        "CaseProfiles", "Execution", "Gate", "Harness", "Kernels", "Measurement", "Models", "Operators",
        "PlainText", "Profiling", "Records", "Tensors", "Workloads",
      ]),
    floor(
      "Commands",
      [
        "CPlatform", "CaseProfiles", "Contest", "Engines", "Execution", "Files", "Gate", "Harness", "Kernels",
        "Measurement",
        "Models", "Operators", "PlainText", "Processes", "Profiling", "Records", "Reporting", "Roofs",
        "Tensors", "Tuning", "Workloads",
      ]),
    floor("CBAMHarness", ["CBAMKernels", "Harness", "Measurement", "Records", "Reporting", "Workloads"]),
    .executableTarget(
      name: "cbambench", dependencies: ["Commands", "Kernels", "TiledKernels"], exclude: ["README.md"],
      swiftSettings: strict),
    example("OwnKernel"),
    example("OwnAttention"),
    // What several tests need: goldens, a kernel's single run.
    .target(
      name: "Support",
      dependencies: ["ReferenceKernels", "Kernels", "Measurement", "Models", "Operators", "Tensors"],
      path: "Tests/Support",
      resources: [.copy("Goldens")], swiftSettings: strict),
    // Kernels with planted mistakes, and how tests measure and check them.
    .target(
      name: "HarnessSupport",
      dependencies: [
        "Harness", "Kernels", "Measurement", "Operators", "Tensors", "TiledKernels", "Workloads",
      ],
      path: "Tests/HarnessSupport", swiftSettings: strict),
    tests("PlainTextTests", ["PlainText"]),
    tests("FilesTests", ["Files"]),
    tests("ProcessesTests", ["CPlatform", "Measurement", "Processes"]),
    tests("WorkloadsTests", ["Models", "Operators", "Tensors", "Workloads"]),
    tests("ContestTests", ["Contest", "Harness", "Measurement", "Records", "Workloads"]),
    tests("EnginesTests", ["Engines", "Workloads"]),
    tests(
      "CaseProfilesTests",
      [
        "CaseProfiles", "Harness", "HarnessSupport", "Kernels", "Measurement", "Operators", "Profiling",
        "Tensors", "TiledKernels", "Workloads",
      ]),
    tests("TensorsTests", ["Tensors"]),
    tests("MeasurementTests", ["Measurement"]),
    tests("FormatsTests", ["Formats", "Tensors"]),
    tests("OperatorsTests", ["Support", "Models", "Operators", "Tensors"]),
    tests(
      "ExecutionTests",
      ["Execution", "Support", "ReferenceKernels", "Kernels", "Measurement", "Operators", "Tensors"]),
    tests("ModelsTests", ["Support", "Models", "Operators", "Tensors"]),
    // Loops to compare the reference with: optimised like it, neither of them vectorised.
    .target(
      name: "CLoops", path: "Tests/CLoops",
      cSettings: [.unsafeFlags(["-O2", "-fno-vectorize", "-fno-slp-vectorize"])]),
    tests(
      "ReferenceKernelsTests",
      ["Support", "CLoops", "ReferenceKernels", "Kernels", "Measurement", "Models", "Operators", "Tensors"]),
    tests(
      "TiledKernelsTests",
      [
        "Support", "TiledKernels", "ReferenceKernels", "Execution", "Kernels", "Measurement",
        "MicroKernelAPI",
        "Models", "Operators", "Tensors", "Workloads",
      ]),
    tests("MicroKernelAPITests", ["MicroKernelAPI", "Kernels", "Tensors"]),
    tests("KernelsTests", ["Kernels", "Operators", "Tensors"]),
    tests("TuningTests", ["Kernels", "Operators", "Records", "Tensors", "Tuning", "Workloads"]),
    tests("ProfilingTests", ["Profiling", "Measurement"]),
    tests("RoofsTests", ["Roofs", "Kernels", "Measurement"]),
    .testTarget(
      name: "RecordsTests", dependencies: ["Records"], path: "Tests/RecordsTests",
      resources: [.copy("Fixtures")], swiftSettings: strict),
    tests("ReportingTests", ["Reporting", "Records"]),
    .testTarget(
      name: "GateTests", dependencies: ["Gate", "Records", "Measurement"], path: "Tests/GateTests",
      exclude: ["Fixtures/make_fixtures.py"], resources: [.copy("Fixtures/statistics.json")],
      swiftSettings: strict),
    tests("HouseTests", ["Records", "OwnKernel", "OwnAttention"]),
    tests(
      "FuzzTests",
      [
        "Formats", "Gate", "Harness", "Measurement", "Models", "Operators", "PlainText", "Profiling",
        "Records", "Reporting", "Tensors", "Workloads",
      ]),
    tests(
      "CommandTests",
      [
        "cbambench", "Commands", "TiledKernels", "Harness", "Kernels", "Measurement", "Models", "Processes",
        "Profiling", "Records", "Tuning", "Workloads",
      ]),
    tests(
      "HarnessTests",
      [
        "Execution", "Harness", "HarnessSupport", "Kernels", "Measurement", "Models", "Operators", "Records",
        "ReferenceKernels", "Support", "Tensors", "TiledKernels", "Workloads",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
