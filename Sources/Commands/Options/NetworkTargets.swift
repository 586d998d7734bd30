import Models
import Tensors
import Workloads

/// Networks among the targets of `cost`.
enum NetworkTargets {
  /// Whether a target names a network, with or without a shape.
  static func isNetwork(_ target: String) -> Bool { Network.isName(target.prefix { !"+:@".contains($0) }) }

  /// The shape of networks that are named without one.
  static func input(_ arguments: Arguments) throws(UsageError) -> @Sendable (Network) -> Shape {
    let size = try arguments.size("--size")
    return { network in
      let standard = network.standardInput
      return size.map { Shape([1, standard.c] + $0) } ?? standard
    }
  }
}
