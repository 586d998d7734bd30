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

  /// What a marked region does with one chunk.
  private struct Chunk {
    let body: Region.Body
    let tiles: Range<Int>
    let worker: Int
  }

  /// Calls the body of a region from the function that stands for a stage.
  static func stage(_ index: Int, _ body: @escaping Region.Body, _ tiles: Range<Int>, _ worker: Int) {
    withUnsafePointer(to: Chunk(body: body, tiles: tiles, worker: worker)) { chunk in
      cplatform_mark_stage(
        Int32(index),
        { context in
          guard let chunk = context?.assumingMemoryBound(to: Chunk.self).pointee else { return }
          chunk.body(chunk.tiles, chunk.worker)
        }, chunk)
    }
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
    return Region(name, rangesOf: tiles) { [body] in Mark.stage(stage, body, $0, $1) }
  }
}
