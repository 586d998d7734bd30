import Models
import Operators

/// `cbambench list operators`: what a workload can begin with.
enum OperatorList {
  /// For each operator its keyword with the keys, then an example: `pool type=max k=2 [s=N]`. `out=N` must be given, `k=2` is
  /// the value where nothing is given, and what is in brackets follows from the rest or is left out.
  static var lines: [String] {
    Modules.all.flatMap { type in
      [([type.keyword] + type.keys.map(text)).joined(separator: " "), "    \(type.examples[0])"]
    }
  }

  private static func text(_ key: Attributes.Key) -> String {
    switch key.absence {
    case .refused: "\(key.name)=N"
    case .standard(let value): "\(key.name)=\(value)"
    case .derived: "[\(key.name)=N]"
    }
  }
}
