import Operators
import Tensors

/// How many hidden units a module's MLP has: `max(⌊C / r⌋, minimum)`, or a fixed number.
public struct HiddenWidth: Sendable, Hashable {
  /// r; nil where the number is fixed.
  public let reduction: Int?
  /// Least hidden units, 0 if nothing was asked for.
  public let minimum: Int
  private let fixed: Int

  /// - Precondition: `reduction` is positive, `minimum` not negative.
  public init(reduction: Int, atLeast minimum: Int = 0) {
    precondition(reduction > 0, "reduction \(reduction) must be positive")
    precondition(minimum >= 0, "at least \(minimum) hidden units")
    self.reduction = reduction
    self.minimum = minimum
    fixed = 0
  }

  /// - Precondition: `fixed` is positive.
  public init(fixed: Int) {
    precondition(fixed > 0, "\(fixed) hidden units must be positive")
    reduction = nil
    minimum = 0
    self.fixed = fixed
  }

  /// Reads `r` and `min-hidden`, or `hidden`.
  init(_ a: inout Attributes) throws(OperatorError) {
    let ratio = try a.int("r", default: 16)
    let fixed = try a.optionalInt("hidden")
    let minimum = try a.optionalInt("min-hidden") ?? 0
    guard let fixed else {
      self.init(reduction: ratio, atLeast: minimum)
      return
    }
    for (key, value) in [("r", ratio), ("min-hidden", minimum)] where a.has(key) {
      throw OperatorError("hidden=\(fixed) and \(key)=\(value) contradict each other; give one of them")
    }
    self.init(fixed: fixed)
  }

  var attributes: [Attribute] {
    guard let reduction else { return [Attribute("hidden", fixed)] }
    return [Attribute("r", reduction)] + (minimum == 0 ? [] : [Attribute("min-hidden", minimum)])
  }

  /// Hidden units for C channels.
  public func units(_ channels: Int) -> Int { reduction.map { max(channels / $0, minimum) } ?? fixed }
}

/// A module with a hidden layer.
public protocol Reducing: Composite {
  /// How many hidden units it has.
  var width: HiddenWidth { get set }
}

extension Reducing {
  /// r; nil where the hidden width is fixed. Setting it makes it a ratio and keeps the least width.
  public var reduction: Int? {
    get { width.reduction }
    set {
      guard let newValue else { preconditionFailure("a hidden width without a number") }
      width = HiddenWidth(reduction: newValue, atLeast: width.minimum)
    }
  }

  /// Hidden units for C channels.
  public func hidden(_ channels: Int) -> Int { width.units(channels) }

  /// - Precondition: the only input is N×C×H×W, as `takesImages` makes sure.
  func checkedHidden(_ inputs: [TensorType]) throws(OperatorError) -> Int {
    let (channels, hidden) = (inputs[0].c, hidden(inputs[0].c))
    if let reduction, hidden == 0 {
      throw OperatorError(
        "reduction r=\(reduction) in \(keyword) leaves no hidden unit of \(channels) channels; r must be at most \(channels)"
      )
    }
    return hidden
  }
}
