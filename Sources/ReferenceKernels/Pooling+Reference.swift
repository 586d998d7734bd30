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
  let (H, W, isMaximum) = (inputShape.h, inputShape.w, op.kind == .max)
  let (dh, dw) = (op.dilation.h, op.dilation.w)
  var out = output
  for plane in 0..<inputShape.n * inputShape.c {
    let image = input + plane * H * W
    for window in rows {
      let bottom = window.first &+ window.count &* dh
      for span in columns {
        let right = span.first &+ span.count &* dw
        var result = isMaximum ? A(-.infinity) : A(0)
        var y = window.first
        while y < bottom {
          let row = image + y &* W
          var x = span.first
          if isMaximum {
            while x < right {
              result = A.maximum(result, row[x])
              x &+= dw
            }
          } else {
            while x < right {
              result = result + row[x]
              x &+= dw
            }
          }
          y &+= dh
        }
        if !isMaximum { result = result / A(Float(window.divisor &* span.divisor)) }
        out.pointee = result
        out += 1
      }
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
