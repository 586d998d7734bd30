// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "OwnAttention",
  dependencies: [.package(name: "cbambench", path: "../..")],
  targets: [
    .executableTarget(
      name: "OwnAttention", dependencies: [.product(name: "CBAMHarness", package: "cbambench")])
  ]
)
