import Commands
import Kernels
import TiledKernels

/// The executable: the commands with this package's kernels.
@main
enum Main {
  static func main() { Application(version: "0.1.0", tiled: Catalogue(tiledKernels)).main() }
}
