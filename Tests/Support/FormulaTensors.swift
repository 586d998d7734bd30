import Kernels
import Measurement
import Operators
import Tensors

/// Inputs and weights that PyTorch computes from their names as well, so that no file has to hold them;
/// `Goldens/formula.py` states the formula. All values are exact in `Float`.
public enum FormulaTensors {
  public static func input(_ shape: Shape, named name: String = "input") throws -> Tensor<Float> {
    try tensor(name, shape)
  }

  public static func weights(_ op: any Operator, _ inputs: [Shape]) throws -> Weights<Float> {
    let list = try op.weights(inputs)
    let names = Set(list.map(\.name))
    var tensors: [String: Tensor<Float>] = [:]
    for weight in list {
      let (factor, offset) = spread(weight, among: names)
      tensors[weight.name] = try tensor(weight.name, weight.shape, factor: factor, offset: offset)
    }
    return Weights(tensors)
  }

  /// `factor · (offset + u)`.
  private static func spread(_ weight: Weight, among names: Set<String>) -> (factor: Float, offset: Float) {
    switch weight.role {
    case .mean: (0.25, 0)
    case .velocity: (0, 0)
    case .bias, .shift: opening(weight.name).map { (1, $0) } ?? (0.25, 0)
    case .variance: (1, 1)
    case .scale: (endsBranch(weight.name, among: names) ? 0.375 : 1.5, 1)
    case .weight: (power(fanIn: weight.shape.extents.dropFirst().reduce(1, *)), 0)
    }
  }

  /// The offset that keeps a gate nearly open, if that bias is the last thing before a sigmoid.
  private static func opening(_ name: String) -> Float? {
    name.hasSuffix(".mlp.fc2.bias") ? 2 : name.hasSuffix(".spatial.bn.bias") ? 3 : nil
  }

  /// Whether that is `layer1.0.bn2.weight` and there is no `layer1.0.bn3.weight`, or
  /// `stage1.1.project.bn.weight`; the first block of a stage changes the shape and has no shortcut.
  private static func endsBranch(_ name: String, among names: Set<String>) -> Bool {
    if name.hasSuffix(".project.bn.weight") { return !name.hasSuffix(".0.project.bn.weight") }
    guard name.hasPrefix("layer") else { return false }
    if name.hasSuffix(".bn3.weight") { return true }
    return name.hasSuffix(".bn2.weight") && !names.contains(name.replacing(".bn2.", with: ".bn3."))
  }

  /// The largest power of two up to 8 whose square times the fan-in is at most 32.
  private static func power(fanIn: Int) -> Float {
    var scale: Float = 8
    while scale * scale * Float(fanIn) > 32 { scale /= 2 }
    return scale
  }

  private static func tensor(_ name: String, _ shape: Shape, factor: Float = 1, offset: Float = 0) throws
    -> Tensor<Float>
  {
    let tensor = try Tensor<Float>(shape)
    var generator = SplitMix64(seed: hash(name))
    for i in 0..<tensor.count {
      let uniform = Float(Int32(truncatingIfNeeded: generator.next() >> 48) - (1 << 15)) * 0x1p-16
      tensor.pointer[i] = factor * (offset + uniform)
    }
    return tensor
  }

  /// FNV-1a, 64 bits.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
