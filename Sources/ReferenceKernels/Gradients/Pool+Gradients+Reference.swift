import Kernels
import Operators
import Tensors

extension MaximumGradient: ReferenceOperator {
  /// Each window's largest element once more, which gets the window's gradient.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    let shape = place.inputShapes[0]
    let (rows, columns) = pool.windows(height: shape.h, width: shape.w)
    let dilation = pool.dilation
    return {
      maximumGradient(place.inputs[0], shape, rows, columns, dilation, place.inputs[1], into: place.output)
    }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func maximumGradient<A: ReferenceNumber>(
  _ input: UnsafePointer<A>, _ shape: Shape, _ rows: [PoolWindow], _ columns: [PoolWindow], _ dilation: Pair,
  _ gradient: UnsafePointer<A>, into output: UnsafeMutablePointer<A>
) {
  let (P, W) = (shape.plane, shape.w)
  var dy = gradient
  for plane in 0..<shape.n * shape.c {
    let (x, dx) = (input + plane * P, output + plane * P)
    for p in 0..<P { dx[p] = A(0) }
    for row in rows {
      for column in columns {
        var best = row.first &* W &+ column.first
        for i in 0..<row.count {
          var tap = (row.first &+ i &* dilation.h) &* W &+ column.first
          for _ in 0..<column.count {
            if x[best] < x[tap] || x[tap].isNaN { best = tap }
            tap &+= dilation.w
          }
        }
        if row.count &* column.count > 0 {
          dx[best] = dx[best] + dy.pointee
          if A.self is any Exact.Type { doubt(x, best, W, row, column, dilation, dy.pointee, dx) }
        }
        dy += 1
      }
    }
  }
}

/// Widens the bounds of all elements of a window that `Float` may have found to be the largest.
private func doubt<A: ReferenceNumber>(
  _ x: UnsafePointer<A>, _ best: Int, _ W: Int, _ row: PoolWindow, _ column: PoolWindow, _ dilation: Pair,
  _ gradient: A, _ dx: UnsafeMutablePointer<A>
) {
  for i in 0..<row.count {
    for j in 0..<column.count {
      let tap = (row.first + i * dilation.h) * W + column.first + j * dilation.w
      guard tap != best, !x[tap].isApart(from: x[best]) else { continue }
      for place in [tap, best] { dx[place] = dx[place] + gradient.chosen(false, isCertain: false) }
    }
  }
}

extension MeanGradient: ReferenceOperator {
  /// Each window's share of its gradient, added to all its elements.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    let shape = place.outputShape
    let (rows, columns) = pool.windows(height: shape.h, width: shape.w)
    let dilation = pool.dilation
    return { meanGradient(place.inputs[0], rows, columns, dilation, into: place.output, shape) }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func meanGradient<A: ReferenceNumber>(
  _ gradient: UnsafePointer<A>, _ rows: [PoolWindow], _ columns: [PoolWindow], _ dilation: Pair,
  into output: UnsafeMutablePointer<A>, _ shape: Shape
) {
  let (P, W) = (shape.plane, shape.w)
  var dy = gradient
  for plane in 0..<shape.n * shape.c {
    let dx = output + plane * P
    for p in 0..<P { dx[p] = A(0) }
    for row in rows {
      for column in columns {
        let share = dy.pointee / A(Float(row.divisor &* column.divisor))
        for i in 0..<row.count {
          var tap = (row.first &+ i &* dilation.h) &* W &+ column.first
          for _ in 0..<column.count {
            dx[tap] = dx[tap] + share
            tap &+= dilation.w
          }
        }
        dy += 1
      }
    }
  }
}

extension ChannelPoolGradient: ReferenceOperator {
  /// For each pixel the first channel that has the maximum, then all channels.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    { channelPoolGradient(place.inputs[0], place.inputShapes[0], place.inputs[1], into: place.output) }
  }
}

@_specialize(where A == Float)
@_specialize(where A == Bounded)
@_specialize(where A == Likely)
func channelPoolGradient<A: ReferenceNumber>(
  _ input: UnsafePointer<A>, _ shape: Shape, _ gradient: UnsafePointer<A>,
  into output: UnsafeMutablePointer<A>
) {
  let (C, P) = (shape.c, shape.plane)
  for n in 0..<shape.n {
    let (x, dx, dy) = (input + n * C * P, output + n * C * P, gradient + 2 * n * P)
    for p in 0..<P {
      var best = p
      for c in 1..<max(C, 1) where !x[best].isNaN {
        if x[best] < x[c &* P &+ p] || x[c &* P &+ p].isNaN { best = c &* P &+ p }
      }
      let (top, share) = (dy[p], dy[P + p] / A(Float(C)))
      var isCertain = true
      for c in 0..<C {
        let place = c &* P &+ p
        let isApart = place == best || x[place].isApart(from: x[best])
        isCertain = isCertain && isApart
        dx[place] = share + top.chosen(place == best, isCertain: isApart)
      }
      if !isCertain { dx[best] = dx[best] + top.chosen(false, isCertain: false) }
    }
  }
}
