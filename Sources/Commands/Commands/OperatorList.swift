import Models
import Operators

/// `cbambench list operators`: what a workload can begin with.
enum OperatorList {
  /// For each operator its keyword with the keys, then an example: `pool type=max|avg k=2 [s=N]`. `out=N` must be given, `k=2` is
  /// the value where nothing is given, of several words the first is, and what is in brackets follows from the rest or is left
  /// out.
  static var lines: [String] {
    get throws(OperatorError) {
      var lines: [String] = []
      for type in Modules.all {
        let keys = try type.keys.map(text)
        lines += [([type.keyword] + keys).joined(separator: " "), "    \(type.examples[0])"]
      }
      return lines
    }
  }

  private static func text(_ key: Attributes.Key) -> String {
    switch key.absence {
    case .refused: "\(key.name)=N"
    case .standard(let value):
      "\(key.name)=\(([value] + key.words.filter { $0 != value }).joined(separator: "|"))"
    case .derived: "[\(key.name)=N]"
    }
  }
}
