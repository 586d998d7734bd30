import MicroKernelAPI

/// Memory that micro-kernels may overwrite, a piece for each worker.
struct WorkerScratch {
  private let base: UnsafeMutablePointer<Float>
  private let stride: Int
  /// What lies after the pieces.
  let rest: UnsafeMutablePointer<Float>

  /// Takes the head of a workspace.
  init(_ workspace: UnsafeMutablePointer<Float>, _ micro: MicroKernels, threads: Int) {
    base = workspace
    stride = micro.scratch
    rest = workspace + WorkerScratch.count(micro, threads: threads)
  }

  subscript(worker: Int) -> UnsafeMutablePointer<Float> { base + worker * stride }

  static func count(_ micro: MicroKernels, threads: Int) -> Int { threads * micro.scratch }
}
