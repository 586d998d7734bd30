// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "OwnKernel",
  dependencies: [.package(name: "cbambench", path: "../..")],
  targets: [
    .executableTarget(name: "OwnKernel", dependencies: [.product(name: "CBAMHarness", package: "cbambench")])
  ]
)
