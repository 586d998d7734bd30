import Kernels
import Operators
import Tensors

extension Pool2D: ReferenceOperator {
  /// The windows' taps inside the image, row by row.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    let (rows, columns) = windows(height: place.inputShapes[0].h, width: place.inputShapes[0].w)
    return { pool(self, place.inputs[0], place.inputShapes[0], rows, columns, into: place.output) }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func pool<A: ReferenceNumber>(
  _ op: Pool2D, _ input: UnsafePointer<A>, _ inputShape: Shape, _ rows: [PoolWindow],
  _ columns: [PoolWindow], into output: UnsafeMutablePointer<A>
) {
  let taps = Taps(rows, columns, op.dilation, inputShape)
  if op.kind == .max {
    taps.reduce(input, from: A(-.infinity), output, { A.maximum($0, $1) }, { result, _ in result })
  } else {
    taps.reduce(input, from: A(0), output, { $0 + $1 }, { $0 / A(Float($1)) })
  }
}

/// The elements that the windows of a pool read.
private struct Taps {
  let rows: [PoolWindow]
  let columns: [PoolWindow]
  let dilation: Pair
  let input: Shape

  init(_ rows: [PoolWindow], _ columns: [PoolWindow], _ dilation: Pair, _ input: Shape) {
    (self.rows, self.columns, self.dilation, self.input) = (rows, columns, dilation, input)
  }

  /// Folds the elements of each window with `add`, row by row; `end` gets the result and the divisor of the window.
  @inline(__always)
  func reduce<A>(
    _ image: UnsafePointer<A>, from start: A, _ output: UnsafeMutablePointer<A>, _ add: (A, A) -> A,
    _ end: (A, Int) -> A
  ) {
    let (H, W, dh, dw) = (input.h, input.w, dilation.h, dilation.w)
    var (plane, out) = (image, output)
    for _ in 0..<input.n * input.c {
      for window in rows {
        for span in columns {
          var result = start
          var row = plane + (window.first &* W &+ span.first)
          for _ in 0..<window.count {
            var tap = 0
            for _ in 0..<span.count {
              result = add(result, row[tap])
              tap &+= dw
            }
            row += dh &* W
          }
          out.pointee = end(result, window.divisor &* span.divisor)
          out += 1
        }
      }
      plane += H &* W
    }
  }
}

extension GlobalPool: ReferenceOperator {
  /// All elements of a plane, in order.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    { globalPool(self, place.inputs[0], place.inputShapes[0], into: place.output) }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func globalPool<A: ReferenceNumber>(
  _ op: GlobalPool, _ input: UnsafePointer<A>, _ shape: Shape, into output: UnsafeMutablePointer<A>
) {
  let P = shape.plane
  for plane in 0..<shape.n * shape.c {
    let image = input + plane * P
    var result = image[0]
    if op.kind == .max {
      for i in 1..<max(P, 1) { result = A.maximum(result, image[i]) }
    } else {
      for i in 1..<max(P, 1) { result = result + image[i] }
      result = result / A(Float(P))
    }
    output[plane] = result
  }
}

extension AdaptivePool: ReferenceOperator {
  /// The windows' elements, row by row.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    let (rows, columns) = (
      AdaptivePool.windows(place.inputShapes[0].h, extent.h),
      AdaptivePool.windows(place.inputShapes[0].w, extent.w)
    )
    return { adaptivePool(place.inputs[0], place.inputShapes[0], rows, columns, into: place.output) }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func adaptivePool<A: ReferenceNumber>(
  _ input: UnsafePointer<A>, _ shape: Shape, _ rows: [Range<Int>], _ columns: [Range<Int>],
  into output: UnsafeMutablePointer<A>
) {
  let (H, W) = (shape.h, shape.w)
  var out = output
  for plane in 0..<shape.n * shape.c {
    let image = input + plane * H * W
    for window in rows {
      for span in columns {
        var sum = A(0)
        for y in window {
          for x in span { sum = sum + image[y &* W &+ x] }
        }
        out.pointee = sum / A(Float(window.count * span.count))
        out += 1
      }
    }
  }
}

extension ChannelPool: ReferenceOperator {
  /// All channels of a pixel, in order.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    { channelPool(place.inputs[0], place.inputShapes[0], into: place.output) }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func channelPool<A: ReferenceNumber>(
  _ input: UnsafePointer<A>, _ shape: Shape, into output: UnsafeMutablePointer<A>
) {
  let (C, P) = (shape.c, shape.plane)
  for n in 0..<shape.n {
    let (image, maxima) = (input + n * C * P, output + n * 2 * P)
    for p in 0..<P {
      var (largest, sum) = (image[p], image[p])
      for c in 1..<max(C, 1) {
        let value = image[c &* P &+ p]
        largest = A.maximum(largest, value)
        sum = sum + value
      }
      maxima[p] = largest
      maxima[P + p] = sum / A(Float(C))
    }
  }
}
