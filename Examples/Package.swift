// swift-tools-version: 6.2
import PackageDescription

func example(_ name: String) -> Target {
  .executableTarget(
    name: name, dependencies: [.product(name: "CBAMHarness", package: "cbambench")], path: name)
}

let package = Package(
  name: "Examples",
  dependencies: [.package(name: "cbambench", path: "..")],
  targets: [example("OwnKernel"), example("OwnAttention")]
)
