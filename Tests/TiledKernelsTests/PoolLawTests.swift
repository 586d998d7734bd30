import Kernels
import Models
import Operators
import Support
import Tensors
import Testing
import TiledKernels

@Suite struct PoolLaws {
  private func result(_ op: any Operator, _ input: Tensor<Float>, _ isa: ISA) throws -> Tensor<Float> {
    let kernel = try #require(Catalogue(tiledKernels).best(op, [input.shape], isa: isa)).kernel
    let all = try outputs(of: kernel, op, [input], Weights([:]), isa: isa)
    #expect(areIdentical(all))
    return all[0]
  }

  /// A global pool is a pool whose window is the plane.
  @Test(
    arguments: availableISAs,
    [Shape(1, 3, 1, 1), Shape(2, 5, 7, 7), Shape(1, 33, 3, 29), Shape(1, 4, 20, 16)]
      + (2...19).flatMap { [Shape(1, 3, 1, $0), Shape(2, 7, $0, 1), Shape(1, 6, 3, $0)] })
  func globalIsAFullWindow(isa: ISA, shape: Shape) throws {
    for filling in [Filling.dense, .negative] {
      let input = try Tensor<Float>.filled(shape, filling)
      for kind in [Pool2D.Kind.max, .avg] {
        let window = Pool2D(kind, window: Pair(shape.h, shape.w))
        let (whole, full) = (
          try result(GlobalPool(kind), input, isa), try result(window, input, isa)
        )
        for i in 0..<whole.count {
          let error = abs(whole.pointer[i] - full.pointer[i])
          // A mean of n values in [−1, 1] is off by at most (n + 1)·ε in either order; maxima are exact.
          let bound = kind == .max ? 0 : 2 * Float(shape.plane + 1) * Float.ulpOfOne
          #expect(error <= bound, "\(kind) of \(shape) at \(i)")
        }
      }
    }
  }

  /// The maximum over channels, then the mean, pixel by pixel; many channels and few pixels are combined from parts.
  @Test(
    arguments: availableISAs,
    [Shape(1, 1, 1, 1), Shape(2, 200, 3, 5), Shape(1, 64, 7, 7), Shape(1, 7, 40, 40)]
      + (1...17).flatMap { [Shape(1, 3, 1, $0), Shape(2, 21, $0, 1)] })
  func channelPoolsAreMaximumAndMean(isa: ISA, shape: Shape) throws {
    let input = try Tensor<Float>.filled(shape, .negative)
    let pooled = try result(ChannelPool(), input, isa)
    for n in 0..<shape.n {
      for p in 0..<shape.plane {
        let column = (0..<shape.c).map { input.pointer[(n * shape.c + $0) * shape.plane + p] }
        let maps = pooled.pointer + n * 2 * shape.plane + p
        #expect(maps[0] == column.max())
        let mean = column.reduce(0.0) { $0 + Double($1) } / Double(shape.c)
        #expect(abs(Double(maps[shape.plane]) - mean) <= Double(shape.c + 1) * Double(Float.ulpOfOne))
      }
    }
  }

  /// A NaN reaches every window that holds it and no other; an infinity likewise.
  @Test(arguments: availableISAs, [(2, 2, 0), (3, 2, 1), (3, 1, 1), (5, 3, 2)])
  func aNaNGoesWhereItsWindowsAre(isa: ISA, geometry: (window: Int, stride: Int, padding: Int)) throws {
    let shape = Shape(1, 2, 11, 37)
    let (row, column) = (5, 20)
    let pool = Pool2D(
      .max, window: Pair(geometry.window), stride: Pair(geometry.stride), padding: Padding(geometry.padding))
    let output = try pool.output([shape])
    for value in [Float.nan, .infinity] {
      let input = try Tensor<Float>.filled(shape)
      input.pointer[shape.plane + row * shape.w + column] = value
      let pooled = try result(pool, input, isa)
      for i in 0..<pooled.count {
        let (c, y, x) = (i / output.plane, i / output.w % output.h, i % output.w)
        let rows =
          y * geometry.stride - geometry.padding..<y * geometry.stride - geometry.padding + geometry.window
        let columns =
          x * geometry.stride - geometry.padding..<x * geometry.stride - geometry.padding + geometry.window
        let reached = c == 1 && rows.contains(row) && columns.contains(column)
        #expect(pooled.pointer[i].isFinite != reached, "\(value) at \(i)")
      }
    }
  }

  /// A stride takes some of the windows that stride 1 has. Flaws it would catch: four windows or planes of which the last are
  /// left out, edges that are not cleared, rows of another window.
  @Test(arguments: availableISAs, 2...5)
  func aStrideTakesSomeWindows(isa: ISA, stride: Int) throws {
    for (h, w) in [(1, 5), (3, 2), (2, 5), (5, 3), (7, 8), (9, 17), (14, 40), (3, 130)] {
      for (window, dilation, planes) in [(1, 1, 3), (2, 1, 37), (3, 1, 5), (2, 2, 19), (5, 1, 33)] {
        let extent = (window - 1) * dilation + 1
        let padding = window / 2
        if extent > min(h, w) + 2 * padding || dilation * padding >= min(h, w) { continue }
        let input = try Tensor<Float>.filled(Shape(1, planes, h, w), .negative)
        for kind in [Pool2D.Kind.max, .avg] {
          func pool(_ stride: Int) -> Pool2D {
            Pool2D(
              kind, window: Pair(window), stride: Pair(stride), padding: Padding(padding),
              dilation: Pair(dilation))
          }
          let (some, all) = (try result(pool(stride), input, isa), try result(pool(1), input, isa))
          for i in 0..<some.count {
            let (y, x) = (i / some.shape.w % some.shape.h * stride, i % some.shape.w * stride)
            let same = all.pointer[(i / some.shape.plane * all.shape.h + y) * all.shape.w + x]
            // Sums of 25 values in [−1, 0], in any order.
            let bound = kind == .max ? 0 : 2 * Float(window * window + 1) * Float.ulpOfOne
            #expect(abs(some.pointer[i] - same) <= bound, "\(pool(stride).text) of \(input.shape) at \(i)")
          }
        }
      }
    }
  }

  /// Means of windows that divide rows, wide and narrow, alike and not.
  @Test(arguments: availableISAs, [Shape(1, 3, 1, 100), Shape(1, 5, 3, 35), Shape(2, 19, 9, 16)])
  func adaptiveMeansAreMeans(isa: ISA, shape: Shape) throws {
    let input = try Tensor<Float>.filled(shape)
    for columns in 1...9 {
      let pooled = try result(try Modules.parse("adaptivepool:out=2x\(columns)"), input, isa)
      let (rows, spans) = (AdaptivePool.windows(shape.h, 2), AdaptivePool.windows(shape.w, columns))
      for i in 0..<pooled.count {
        let plane = input.pointer + i / (2 * columns) * shape.plane
        let (window, span) = (rows[i / columns % 2], spans[i % columns])
        let values = window.flatMap { y in span.map { Double(plane[y * shape.w + $0]) } }
        let error = abs(Double(pooled.pointer[i]) - values.reduce(0, +) / Double(values.count))
        #expect(error <= Double(values.count + 1) * Double(Float.ulpOfOne), "\(shape) at \(i)")
      }
    }
  }

  /// One NaN among many makes its own plane's maximum and mean NaN and no other's; a pixel's over channels likewise.
  /// Flaws it would catch: a maximum whose instruction drops a NaN, a vector's other planes or pixels marked with it.
  @Test(arguments: availableISAs, Array(1...18) + [36, 57])
  func aNaNStaysInItsPlaneAndPixel(isa: ISA, pixels: Int) throws {
    let shape = Shape(1, 11, 1, pixels)
    for channel in [0, 3, 10] {
      for pixel in Set([0, pixels / 2, pixels - 1]) {
        let input = try Tensor<Float>.filled(shape)
        input.pointer[channel * pixels + pixel] = .nan
        for kind in [Pool2D.Kind.max, .avg] {
          let planes = try result(GlobalPool(kind), input, isa)
          #expect((0..<shape.c).allSatisfy { planes.pointer[$0].isNaN == ($0 == channel) })
        }
        let maps = try result(ChannelPool(), input, isa)
        #expect((0..<2 * pixels).allSatisfy { maps.pointer[$0].isNaN == ($0 % pixels == pixel) })
      }
    }
  }

  /// The largest of all-negative values is negative, whatever is padded.
  @Test(arguments: availableISAs)
  func paddingIsNoZero(isa: ISA) throws {
    let pool = Pool2D(.max, window: Pair(3), stride: Pair(2), padding: Padding(1))
    let pooled = try result(pool, .filled(Shape(2, 3, 9, 21), .negative), isa)
    #expect(pooled.elements.allSatisfy { $0 < 0 })
  }
}
