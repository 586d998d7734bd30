import Operators
import Tensors

/// What is added up to one number for a network: there is no agreement, so each way of counting has a name.
///
/// The last three reproduce what other tools print, to the last digit, for torchvision's models and attention modules
/// written as CBAM's authors wrote them. Such tools see modules (`nn.ReLU`), or functions (`F.relu`), or neither; which
/// one a network calls is part of their rule.
public enum Convention: String, Sendable, CaseIterable {
  /// What papers print, every operation, and what three tools count, by their names.
  case paper, full, fvcore, ptflops, thop, torch

  /// What is counted, in a clause.
  public var rule: String {
    switch self {
    case .paper:
      "multiply-adds of convolutions and dense layers, nothing else; papers print them as FLOPs"
    case .full:
      "two per multiply-add, and one for every other addition, multiplication, division, comparison or exponential"
    case .fvcore:
      "multiply-adds, 2 per element of batch norm, 1 per input element of an adaptive pool; no bias (version 0.1.5)"
    case .ptflops:
      "multiply-adds, biases, 2 per element of batch norm, ReLU modules and pool modules (which it counts "
        + "twice), 1 per element of functional ones, of ReLU6 and of SiLU (version 0.7.5)"
    case .torch:
      "2 per multiply-add of convolutions and matrix products, forward and backward, nothing else (flop_counter, version 2.13, "
        + "which multiplies the weight gradient of a grouped convolution by its groups; here it counts once)"
    case .thop:
      "multiply-adds, 4 per element of batch norm, input plus output elements of adaptive pools; no bias (version 0.1.1)"
    }
  }

  /// What a stage adds.
  public func count(_ stage: Stage) -> Int {
    switch self {
    case .paper: stage.cost.macs
    case .full: stage.cost.flops
    case .fvcore: stage.cost.macs + fvcore(stage)
    case .ptflops: stage.cost.macs + ptflops(stage)
    case .thop: stage.cost.macs + thop(stage)
    case .torch: 2 * stage.cost.macs
    }
  }

  private func fvcore(_ stage: Stage) -> Int {
    switch stage.op {
    case is BatchNorm: 2 * stage.outputCount
    case _ where stage.isAdaptivePool: stage.inputs[0].count
    default: 0
    }
  }

  private func thop(_ stage: Stage) -> Int {
    switch stage.op {
    case is BatchNorm: return 4 * stage.outputCount
    // A function has no hook.
    case is GlobalPool where stage.isFunctionalPool: return 0
    case _ where stage.isAdaptivePool:
      // Its own formula, in its own arithmetic: extents that do not divide are cut off at the end.
      let (input, output) = (stage.inputs[0], stage.outputs[0])
      let perOutput = (Double(input.h) / Double(output.h)) * (Double(input.w) / Double(output.w)) + 1
      return Int(perOutput * Double(output.count))
    default: return 0
    }
  }

  private func ptflops(_ stage: Stage) -> Int {
    let (input, output) = (stage.inputs[0].count, stage.outputCount)
    switch stage.op {
    case let conv as Conv2D: return (conv.bias ? output : 0) + ptflops(conv.activation) * output
    case let conv as ConvTranspose2D: return conv.bias ? output : 0
    case let dense as Dense: return (dense.bias ? output : 0) + ptflops(dense.activation) * output
    case is BatchNorm: return 2 * output
    case is ReLU where stage.isFunctional: return output
    case let op as any ActivationOperator: return ptflops(type(of: op).activation) * output
    case is Pool2D: return 2 * input
    case is GlobalPool where stage.isFunctionalPool: return input
    case _ where stage.isAdaptivePool: return 2 * input
    case is GlobalPool: return input
    default: return 0
    }
  }

  /// Per element, of modules: ReLU's hook and the function that it calls; ReLU6's hook alone; SiLU has none, its function counts.
  private func ptflops(_ activation: Activation) -> Int {
    switch activation {
    case .relu: 2
    case .relu6, .silu: 1
    case .none, .sigmoid, .hardSigmoid, .hardSwish: 0
    }
  }
}

extension Stage {
  /// Written as `nn.AdaptiveAvgPool2d`; CBAM's authors call `F.avg_pool2d` and `F.max_pool2d` instead.
  fileprivate var isAdaptivePool: Bool {
    if op is AdaptivePool { return true }
    return (op as? GlobalPool)?.kind == .avg && !composites.contains(ChannelGate.keyword)
  }

  /// Whether a ReLU is written as `F.relu`: in GoogLeNet, everywhere outside attention.
  fileprivate var isFunctional: Bool { composites.first?.hasPrefix(GoogLeNet.names[0]) == true }

  /// Whether a global average is written as `F.adaptive_avg_pool2d`: in MobileNetV2's head.
  fileprivate var isFunctionalPool: Bool {
    composites.count == 1 && composites[0].hasPrefix("mobilenetv2-")
  }

  /// Whether it belongs to an attention module.
  public var isAttention: Bool {
    composites.contains { keyword in Modules.attention.contains { $0.keyword == keyword } }
  }
}
