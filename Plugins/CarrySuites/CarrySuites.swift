import Foundation
import PackagePlugin

/// Compiles the suites of `Bench/Suites` into a target, so that the executable has them wherever it is copied to. A resource
/// bundle would not do: it stays where it was built.
@main
struct CarrySuites: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let folder = context.package.directoryURL.appending(path: "Bench/Suites")
    let suites = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "suite" }.sorted { $0.path < $1.path }
    let script = context.package.directoryURL.appending(path: "Plugins/CarrySuites/carry.sh")
    let output = context.pluginWorkDirectoryURL.appending(path: "CarriedSuites.swift")
    return [
      .buildCommand(
        displayName: "Carrying \(suites.count) suites", executable: URL(filePath: "/bin/sh"),
        arguments: [script.path, output.path] + suites.map(\.path), inputFiles: [script] + suites,
        outputFiles: [output])
    ]
  }
}
