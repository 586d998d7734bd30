import CPlatform

/// Frames that tell in a sampled stack whose it is and what for: a profiler's samples carry neither thread nor stage.
enum Mark {
  /// Calls `body` from the function that stands for a worker.
  static func worker(_ index: Int, _ body: () -> Void) {
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { body in
        cplatform_mark_worker(
          Int32(index), { $0?.assumingMemoryBound(to: (() -> Void).self).pointee() }, body)
      }
    }
  }

  /// A region's body where a C function can be told of it. Counting references to it at every chunk would let the workers
  /// wait for each other: 15 % of a small CBAM.
  final class Body: Sendable {
    private nonisolated(unsafe) let body: Region.Body
    init(_ body: @escaping Region.Body) { self.body = body }

    /// Calls it from the function that stands for a stage.
    func run(as stage: Int, _ tiles: Range<Int>, _ worker: Int) {
      let chunk = Chunk(body: Unmanaged.passUnretained(self), tiles: tiles, worker: worker)
      withUnsafePointer(to: chunk) { chunk in
        cplatform_mark_stage(
          Int32(stage),
          { context in
            guard let chunk = context?.assumingMemoryBound(to: Chunk.self) else { return }
            let (tiles, worker) = (chunk.pointee.tiles, chunk.pointee.worker)
            chunk.pointee.body._withUnsafeGuaranteedRef { $0.body(tiles, worker) }
          }, chunk)
      }
    }
  }

  private struct Chunk {
    let body: Unmanaged<Body>
    let tiles: Range<Int>
    let worker: Int
  }
}

extension Region {
  /// How many regions can be told apart.
  public static let marks = Int(cplatform_stage_marks)

  /// The same work, called from a function `cplatform_stage_NN` (hexadecimal), which a sampled stack shows. A region that
  /// is not marked pays nothing.
  /// - Parameter stage: below `marks`.
  public func marked(as stage: Int) -> Region {
    precondition((0..<Region.marks).contains(stage), "stage \(stage) has no mark; there are \(Region.marks)")
    let body = Mark.Body(body)
    return replacingBody { body.run(as: stage, $0, $1) }
  }
}
