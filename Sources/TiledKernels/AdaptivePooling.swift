import Kernels
import MicroKernelAPI
import Operators
import Tensors

/// Means over windows of differing extents, one plane per tile; a copy where the image has the output's extents.
struct AdaptivePooling: Kernel {
  let name = "tiled/adaptive-pool"

  func support(_ op: any Operator, _ inputs: [Shape], isa: ISA) -> Support {
    op is AdaptivePool ? .yes(Abilities(preference: 1)) : .no("computes adaptive pools only")
  }

  func prepare(_ task: Task) throws -> any Prepared {
    guard let pool = task.op as? AdaptivePool else {
      preconditionFailure("\(task.op.text) is no adaptive pool")
    }
    let input = task.inputs[0]
    return PreparedAdaptivePool(
      planes: input.n * input.c, height: input.h, width: input.w,
      rows: AdaptivePool.windows(input.h, pool.extent.h),
      columns: AdaptivePool.windows(input.w, pool.extent.w))
  }
}

private struct PreparedAdaptivePool: Prepared {
  let planes: Int
  let height: Int
  let width: Int
  let rows: [Range<Int>]
  let columns: [Range<Int>]

  func workspace(threads: Int) -> Int { 0 }

  func bind(_ memory: Arguments, threads: Int) -> [Region] {
    let (source, target) = (memory.inputs[0], memory.outputs[0])
    let isIdentity = rows.count == height && columns.count == width
    return [
      Region("pool adaptively", tiles: planes) { plane, _ in
        let (image, means) = (source + plane * height * width, target + plane * rows.count * columns.count)
        if isIdentity {
          means.update(from: image, count: height * width)
        } else {
          pool(image, into: means)
        }
      }
    ]
  }

  private func pool(_ image: UnsafePointer<Float>, into means: UnsafeMutablePointer<Float>) {
    var mean = means
    for window in rows {
      for span in columns {
        var sum: Float = 0
        for y in window {
          for x in span { sum += image[y &* width &+ x] }
        }
        mean.pointee = sum / Float(window.count * span.count)
        mean += 1
      }
    }
  }
}
