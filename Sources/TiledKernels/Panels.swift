import Kernels
import MicroKernelAPI
import Tensors

/// The pixels of an image in panels `[group][panel][channel][pixel]`, the last panel filled up with zeros.
///
/// Channels that are planes apart lie on a page each, more pages than a core looks up at once; here they are neighbours.
struct Panels: Sendable {
  private let image: Shape
  private let groups: Int
  /// Of a group.
  private let channels: Int
  /// Pixels of a panel: as many as a `PointTile` computes.
  let width: Int
  /// Panels of a group.
  let count: Int

  init(_ image: Shape, groups: Int, _ micro: MicroKernels) {
    self.image = image
    self.groups = groups
    width = 2 * micro.lanes
    count = ceilDivide(image.plane, width)
    channels = image.c / groups
    stride = (ceilDivide(channels * width, 16) | 1) * 16
  }

  /// Floats from panel to panel: lines, and an odd number of them, or panels would share cache sets.
  private let stride: Int

  /// Floats of a group's panels.
  private var group: Int { count * stride }

  var floats: Int { groups * group }

  /// Pixels of a panel that are the image's.
  func pixels(_ panel: Int) -> Int { min(width, image.plane - panel * width) }

  /// Where a panel lies.
  func offset(group index: Int, _ panel: Int) -> Int { index * group + panel * stride }

  /// Panels that are written side by side, so that runs of several lines are read.
  private static let together = 8

  /// Copies one image.
  func draw(_ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) -> Region {
    let bundles = ceilDivide(count, Panels.together)
    return Region("panels", tiles: groups * bundles) { tile, _ in
      let (group, bundle) = (tile / bundles, tile % bundles)
      let first = bundle * Panels.together
      let whole = min(first + Panels.together, image.plane / width) - first
      for c in 0..<channels {
        let plane = source + ((group * channels + c) * image.plane + first * width)
        let place = target + (offset(group: group, first) + c * width)
        copy(plane, into: place, panels: whole)
        if first + whole < min(first + Panels.together, count) {
          copyTail(plane + whole * width, into: place + whole * stride)
        }
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

  /// One channel of the last panel, which has fewer pixels.
  private func copyTail(_ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
    let pixels = image.plane % width
    target.update(from: source, count: pixels)
    (target + pixels).update(repeating: 0, count: width - pixels)
  }
}
