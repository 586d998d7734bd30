import Kernels
import MicroKernelAPI
import Operators

/// What estimates ask of a convolution.
extension ReducedConvolution {
  /// Output channels of a group.
  var outputsPerGroup: Int { conv.outputChannels / conv.groups }

  /// Products of an output.
  var depth: Int { input.c / conv.groups * conv.kernel.h * conv.kernel.w }

  /// Weights of all outputs.
  var weightCount: Int { conv.outputChannels * depth }

  /// Whether the only window is the whole image.
  var windowIsImage: Bool {
    conv.kernel.h == input.h && conv.kernel.w == input.w && conv.padding.before == Pair(0)
      && output.plane == 1
  }

  /// Whether each output is one input times a weight.
  var isScaling: Bool {
    conv.kernel == Pair(1) && padsNothing && input.plane == output.plane && conv.groups == input.c
      && conv.outputChannels == conv.groups
  }

  /// Taps of a plane's windows that lie inside the image.
  var tapsInside: Int {
    tapsInside(input.h, output.h, \.h) * tapsInside(input.w, output.w, \.w)
  }

  /// The same along one axis.
  private func tapsInside(_ size: Int, _ outputs: Int, _ axis: KeyPath<Pair, Int>) -> Int {
    (0..<outputs).reduce(0) { sum, i in
      let first = i * conv.stride[keyPath: axis] - conv.padding.before[keyPath: axis]
      let taps = (0..<conv.kernel[keyPath: axis]).filter {
        (0..<size).contains(first + $0 * conv.dilation[keyPath: axis])
      }
      return sum + taps.count
    }
  }
}

/// Canvases.
extension ReducedConvolution {
  /// Cycles of a row's ends, in each phase of the stride.
  private static let rowEnds = 9
  /// Cycles of a call for neighbouring rows.
  private static let rowsCall = 75

  /// Cycles of copying an image's planes into canvases.
  func drawing(_ micro: MicroKernels) -> Double {
    // Two vectors give one of every other value; other strides take value by value.
    let perVector = conv.stride.w == 1 ? micro.lanes : conv.stride.w == 2 ? micro.lanes / 2 : 1
    let perRow = Self.rowEnds * conv.stride.w + input.w / perVector
    let rows = min(input.h, output.h * conv.kernel.h)
    // Rows between those that taps read are left out.
    let runs = (conv.kernel.h - 1) * conv.dilation.h + 1 < conv.stride.h ? output.h : 1
    return Double(input.c) * Double(rows * perRow + runs * Self.rowsCall)
  }
}
