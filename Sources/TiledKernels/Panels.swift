import Kernels
import Operators
import Tensors

/// The pixels that a 1×1 convolution reads, in panels `[group][panel][channel][pixel]`, the last panel filled up with zeros.
///
/// Channels that are planes apart lie on a page each, more pages than a core looks up at once; here they are neighbours.
struct Panels: Sendable {
  private let conv: Conv2D
  private let image: Shape
  private let output: Shape
  private let isDense: Bool
  /// Of a group.
  private let channels: Int
  /// Pixels of a panel: as many as a `PointTile` computes.
  let width: Int
  /// Panels of a group.
  let count: Int

  init(_ task: ConvolutionTask) {
    (conv, image, output) = (task.conv, task.input, task.output)
    isDense = task.takesEveryPixel
    width = 2 * task.micro.lanes
    count = ceilDivide(output.plane, width)
    channels = task.channels
    stride = (ceilDivide(channels * width, 16) | 1) * 16
  }

  /// Floats from panel to panel: lines, and an odd number of them, or panels would share cache sets.
  private let stride: Int

  /// Floats of a group's panels.
  private var group: Int { count * stride }

  var floats: Int { conv.groups * group }

  /// Pixels of a panel that are the image's.
  func pixels(_ panel: Int) -> Int { min(width, output.plane - panel * width) }

  /// Where a panel lies.
  func offset(group index: Int, _ panel: Int) -> Int { index * group + panel * stride }

  /// Panels that are written side by side, so that runs of several lines are read.
  private static let together = 8

  /// Copies one image.
  func draw(_ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) -> Region {
    let bundles = ceilDivide(count, Panels.together)
    return Region("panels", tiles: conv.groups * bundles) { tile, _ in
      let (group, bundle) = (tile / bundles, tile % bundles)
      let first = bundle * Panels.together
      let last = min(first + Panels.together, count)
      let whole = isDense ? min(last, output.plane / width) : first
      for c in 0..<channels {
        let plane = source + (group * channels + c) * image.plane
        let place = target + (offset(group: group, first) + c * width)
        copy(plane + first * width, into: place, panels: whole - first)
        for panel in whole..<last { pick(plane, panel, into: place + (panel - first) * stride) }
      }
    }
  }

  /// One channel of whole panels.
  private func copy(_ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, panels: Int) {
    for panel in 0..<panels {
      var (from, to) = (
        UnsafeRawPointer(source + panel &* width), UnsafeMutableRawPointer(target + panel &* stride)
      )
      for _ in 0..<width / 8 {
        to.storeBytes(of: from.loadUnaligned(as: SIMD8<Float>.self), as: SIMD8<Float>.self)
        from += 32
        to += 32
      }
    }
  }

  /// One channel of a panel that is not whole or whose pixels are no neighbours in the image.
  private func pick(_ source: UnsafePointer<Float>, _ panel: Int, into target: UnsafeMutablePointer<Float>) {
    let (first, pixels) = (panel * width, pixels(panel))
    var (y, x) = (first / output.w, first % output.w)
    for i in 0..<pixels {
      target[i] = source[y &* conv.stride.h &* image.w &+ x &* conv.stride.w]
      x &+= 1
      if x == output.w { (y, x) = (y &+ 1, 0) }
    }
    (target + pixels).update(repeating: 0, count: width - pixels)
  }
}
