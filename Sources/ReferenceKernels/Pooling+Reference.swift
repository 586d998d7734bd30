import Kernels
import Operators
import Tensors

extension Pool2D: ReferenceOperator {
  func step<A: ReferenceNumber>(_ place: Place<A>) -> () -> Void {
    { pool(self, place.inputs[0], place.inputShapes[0], into: place.output, place.outputShape) }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func pool<A: ReferenceNumber>(
  _ op: Pool2D, _ input: UnsafePointer<A>, _ inputShape: Shape, into output: UnsafeMutablePointer<A>,
  _ outputShape: Shape
) {
  let (H, W, OH, OW) = (inputShape.h, inputShape.w, outputShape.h, outputShape.w)
  let (KH, KW, sh, sw) = (op.window.h, op.window.w, op.stride.h, op.stride.w)
  let (ph, pw) = (op.padding.h, op.padding.w)
  let (isMaximum, countsPadding) = (op.kind == .max, op.countPadding)
  var out = output
  for plane in 0..<inputShape.n * inputShape.c {
    let image = input + plane * H * W
    for y in 0..<OH {
      for x in 0..<OW {
        let (top, left) = (y &* sh &- ph, x &* sw &- pw)
        let (bottom, right) = (top &+ KH, left &+ KW)
        let (rows, columns) = (max(top, 0)..<min(bottom, H), max(left, 0)..<min(right, W))
        var result = isMaximum ? A(-.infinity) : A(0)
        for iy in rows {
          let row = image + iy &* W
          if isMaximum {
            for ix in columns { result = A.maximum(result, row[ix]) }
          } else {
            for ix in columns { result = result + row[ix] }
          }
        }
        if !isMaximum {
          // The divisor counts the window cut off at the padded image's end, or only what lies inside the image.
          let count =
            countsPadding
            ? (min(bottom, H &+ ph) &- top) &* (min(right, W &+ pw) &- left) : rows.count &* columns.count
          result = result / A(Float(count))
        }
        out.pointee = result
        out += 1
      }
    }
  }
}

extension GlobalPool: ReferenceOperator {
  func step<A: ReferenceNumber>(_ place: Place<A>) -> () -> Void {
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
  func step<A: ReferenceNumber>(_ place: Place<A>) -> () -> Void {
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
  func step<A: ReferenceNumber>(_ place: Place<A>) -> () -> Void {
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
