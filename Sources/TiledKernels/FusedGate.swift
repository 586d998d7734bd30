import Kernels
import MicroKernelAPI
import Tensors

/// What gates multiply.
enum GateFactors: Sendable {
  /// One factor for each channel of each image.
  case channels
  /// One factor for each pixel of each image.
  case pixels
}

/// A gate inside an attention module: factors that it computes from some images.
///
/// Whoever implements it packs its weights in `init`, where a kernel's `prepare` calls it, and says in `workspace` how
/// much memory `regions` may write: gates, and whatever comes before them. Images are `[N][C][H][W]`; the gates must lie
/// image by image, `[N][C]` or `[N][H · W]`, at the place that `gates` names. The images may have gates already, which
/// `GatedImages` holds and which the sweeps of `PlaneSweeps` and `PixelPool` apply as they read. `regions` is called for groups of
/// images of different size. Each region says with `computing` which nodes it computes, by paths inside the node of its
/// `GateStep`; together the regions of a module name each of its stages once, as tests check.
protocol FusedGate: Sendable {
  /// What the gates multiply.
  var factors: GateFactors { get }

  /// Pixels of an image above which it is better computed alone, `Int.max` for a gate to which it makes no difference.
  var mostPixelsTogether: Int { get }

  /// The weights that `regions` read.
  var packed: [PackedMemory] { get }

  /// Floats that `regions` need for so many images, the gates among them.
  func workspace(images: Int) -> Int

  /// Where in that workspace the gates are, image by image.
  func gates(_ workspace: UnsafeMutablePointer<Float>, images: Int) -> UnsafeMutablePointer<Float>

  /// From the images, times the gates they have already, to the gates in the workspace.
  func regions(
    _ images: GatedImages, _ workspace: UnsafeMutablePointer<Float>, _ scratch: WorkerScratch
  ) -> [Region]
}

/// One gate of a module, in the order in which the input is multiplied by them.
struct GateStep: Sendable {
  /// What a gate is computed from.
  enum Source: Sendable {
    /// The module's input.
    case input
    /// The input times the gates of the steps before.
    case product
  }

  /// The node of the module's graph that computes the gate; empty: the nodes are the module's own.
  let node: String
  let gate: any FusedGate
  let source: Source

  init(_ gate: any FusedGate, node: String = "", from source: Source = .product) {
    (self.node, self.gate, self.source) = (node, gate, source)
  }
}

/// Some images of a batch, times gates.
struct GatedImages {
  let input: UnsafePointer<Float>
  /// Of all these images.
  let shape: Shape
  private(set) var channelGates: UnsafePointer<Float>?
  private(set) var pixelGates: UnsafePointer<Float>?
  /// Whether pixels are multiplied before channels.
  private(set) var pixelsFirst = false

  init(_ input: UnsafePointer<Float>, _ shape: Shape) {
    self.input = input
    self.shape = shape
  }

  mutating func multiply(_ factors: GateFactors, by gates: UnsafePointer<Float>) {
    switch factors {
    case .channels: channelGates = gates
    case .pixels:
      pixelGates = gates
      pixelsFirst = channelGates == nil
    }
  }
}
