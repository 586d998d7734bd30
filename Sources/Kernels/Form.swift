/// What a kernel can do to its result before storing it.
public enum Epilogue: Sendable, Hashable, CaseIterable {
  /// Batch norm, folded into weights and bias.
  case batchNorm
  /// A tensor of the output's shape is added.
  case residual
  /// `max(x, 0)`, after everything else.
  case relu
  /// Any activation.
  case activation
}

/// One way in which a kernel computes an operator that it supports.
public struct Form: Sendable, Hashable {
  /// Layout of each input; NCHW where the list ends before.
  public var takes: [Layout]
  /// Layout of each output; NCHW where the list ends before.
  public var gives: [Layout]
  /// What it can fuse after the operator.
  public var epilogues: Set<Epilogue>
  /// How many times as large as the formula's own the rounding errors may be. 1 is a direct kernel: every output is the
  /// formula's sum in some order, so that exact integers stay exact and a NaN stays where it belongs.
  public var errorGrowth: Double
  /// Whether NaN and infinities of the input reach only the outputs that the formula leads them to. A kernel that multiplies
  /// padding by what need not be finite is one that does not keep them.
  public var keepsNonFinite: Bool
  /// Roughly how many cycles a call takes with one thread; the selector takes the least.
  public var cycles: Double
  /// Roughly how many cycles packing its weights takes beyond copying them, with one thread; they count where weights are packed in
  /// each call.
  public var packing = 0.0
  /// How it cuts the work, in words; empty where there is nothing to tell.
  public var detail: String

  /// A direct kernel from NCHW to NCHW that fuses nothing, unless said.
  public init(
    takes: [Layout] = [], gives: [Layout] = [], epilogues: Set<Epilogue> = [], errorGrowth: Double = 1,
    keepsNonFinite: Bool = true, cycles: Double, detail: String = ""
  ) {
    precondition(errorGrowth >= 1, "an error growth of \(errorGrowth) is below the formula's own")
    self.takes = takes
    self.gives = gives
    self.epilogues = epilogues
    self.errorGrowth = errorGrowth
    self.keepsNonFinite = keepsNonFinite
    self.cycles = cycles
    self.detail = detail
  }

  /// The same form where its weights are packed in each call.
  public var packedEachCall: Form {
    var form = self
    form.cycles += packing
    return form
  }

  /// Whether every output is the formula's own sum.
  public var isDirect: Bool { errorGrowth == 1 }

  /// Layout of an input; a fused residual comes after the operator's own and lies as the first output does.
  public func takes(_ input: Int, of inputs: Int) -> Layout {
    input >= inputs ? gives(0) : input < takes.count ? takes[input] : .nchw
  }

  /// Layout of an output.
  public func gives(_ output: Int) -> Layout { output < gives.count ? gives[output] : .nchw }
}

/// What a kernel says about an operator on given inputs.
public enum Support: Sendable {
  /// At least one.
  case forms([Form])
  /// One clause for the row's reason.
  case no(String)

  /// One form.
  public static func yes(_ form: Form) -> Support { .forms([form]) }

  /// The forms; none if it does not support the operator.
  public var forms: [Form] { if case .forms(let forms) = self { forms } else { [] } }
}
