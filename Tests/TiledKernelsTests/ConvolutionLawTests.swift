import Kernels
import Operators
import Support
import Tensors
import Testing
import TiledKernels

/// What convolutions must fulfil whatever their weights are; every variant on every instruction set of this machine.
@Suite struct ConvolutionLaws {
  /// Results of all variants that support the operator; each with the same bits for 1, 2 and 5 threads.
  private func results(
    _ op: any Operator, _ inputs: [Tensor<Float>], _ weights: Weights<Float>
  ) throws -> [(name: String, output: Tensor<Float>)] {
    var results: [(String, Tensor<Float>)] = []
    for isa in availableISAs {
      for kernel in Catalogue(tiledKernels).exact.variants(op, inputs.map(\.shape), isa: isa) {
        let all = try outputs(of: kernel, op, inputs, weights, isa: isa)
        #expect(areIdentical(all), "\(kernel.name) on \(isa) depends on the thread count")
        results.append(("\(kernel.name) on \(isa)", all[0]))
      }
    }
    #expect(results.count >= availableISAs.count)
    return results
  }

  /// A kernel that is one at its centre and zero elsewhere is the identity.
  @Test(arguments: [
    (Shape(1, 3, 5, 7), 3, 1, 1), (Shape(2, 17, 13, 19), 3, 1, 1), (Shape(1, 35, 9, 4), 5, 1, 1),
    (Shape(1, 4, 11, 6), 3, 2, 1), (Shape(1, 6, 8, 31), 7, 1, 3), (Shape(1, 40, 7, 7), 1, 1, 1),
    (Shape(1, 12, 15, 33), 3, 3, 12), (Shape(1, 1, 1, 1), 3, 1, 1),
    (Shape(1, 3, 2, 45), 41, 1, 3),
  ])
  func aDeltaIsTheIdentity(shape: Shape, kernel: Int, dilation: Int, groups: Int) throws {
    let conv = Conv2D(
      out: shape.c, kernel: Pair(kernel), padding: Padding((kernel - 1) / 2 * dilation),
      dilation: Pair(dilation),
      groups: groups, bias: false)
    let input = try Tensor<Float>.filled(shape)
    let delta = try Tensor<Float>(conv.weights([shape])[0].shape)
    let perGroup = shape.c / groups
    for o in 0..<shape.c {
      let centre = (o * perGroup + o % perGroup) * kernel * kernel + kernel * kernel / 2
      delta.pointer[centre] = 1
    }
    for (name, output) in try results(conv, [input], Weights(["weight": delta])) {
      #expect(output.elements == input.elements, "\(name)")
    }
  }

  /// Windows that lie in padding alone, more rows and columns of them than a tile has.
  @Test(arguments: [1, 2]) func muchPaddingIsZeros(stride: Int) throws {
    let conv = Conv2D(out: 3, kernel: Pair(3), stride: Pair(stride), padding: Padding(60), groups: 3)
    let input = try Tensor<Float>.filled(Shape(1, 3, 5, 4), .integers)
    let results = try results(conv, [input], try Weights.filled(conv, [input.shape], .integers))
    for (name, output) in results { #expect(output.elements == results[0].output.elements, "\(name)") }
  }

  /// With as many groups as channels every output plane depends on its own input plane.
  @Test(arguments: [
    (1, 3, 1, Shape(1, 5, 9, 8)), (2, 3, 2, Shape(2, 33, 7, 17)), (1, 5, 1, Shape(1, 64, 6, 6)),
  ])
  func groupsOfOneAreDepthwise(multiplier: Int, kernel: Int, stride: Int, shape: Shape) throws {
    let conv = Conv2D(
      out: shape.c * multiplier, kernel: Pair(kernel), stride: Pair(stride), padding: Padding(1),
      groups: shape.c,
      bias: false)
    let input = try Tensor<Float>.filled(shape, .integers)
    let weights = try Weights.filled(conv, [shape], .integers)
    let w = try weights["weight"].pointer
    let output = try conv.output([shape])
    var expected: [Float] = []
    for n in 0..<shape.n {
      for o in 0..<output.c {
        let plane = input.pointer + (n * shape.c + o / multiplier) * shape.plane
        for y in 0..<output.h {
          for x in 0..<output.w {
            var sum: Float = 0
            for i in 0..<kernel {
              for j in 0..<kernel {
                let (iy, ix) = (y * stride + i - 1, x * stride + j - 1)
                guard (0..<shape.h).contains(iy), (0..<shape.w).contains(ix) else { continue }
                sum += plane[iy * shape.w + ix] * w[(o * kernel + i) * kernel + j]
              }
            }
            expected.append(sum)
          }
        }
      }
    }
    for (name, output) in try results(conv, [input], weights) {
      #expect(output.elements == expected, "\(name)")
    }
  }

  /// A 1×1 convolution is a dense layer on the channels of each pixel. Integers, so that every order of the sum is exact.
  @Test(arguments: [Shape(1, 19, 3, 5), Shape(2, 64, 7, 7), Shape(1, 5, 1, 40), Shape(1, 130, 8, 6)])
  func oneByOneIsDensePerPixel(shape: Shape) throws {
    let outputs = 37
    let conv = Conv2D(out: outputs)
    let input = try Tensor<Float>.filled(shape, .integers)
    let weights = try Weights.filled(conv, [shape], .integers)
    let pixels = try Tensor<Float>(Shape(shape.n * shape.plane, shape.c))
    for i in 0..<pixels.count {
      let (pixel, c) = (i / shape.c, i % shape.c)
      let (n, p) = (pixel / shape.plane, pixel % shape.plane)
      pixels.pointer[i] = input.pointer[(n * shape.c + c) * shape.plane + p]
    }
    let matrix = try Tensor<Float>(Shape(outputs, shape.c))
    matrix.assign(try weights["weight"].elements)
    let dense = try results(
      Dense(out: outputs), [pixels], Weights(["weight": matrix, "bias": weights["bias"]]))[0].output
    for (name, output) in try results(conv, [input], weights) {
      for i in 0..<output.count {
        let (plane, p) = (i / shape.plane, i % shape.plane)
        let pixel = plane / outputs * shape.plane + p
        #expect(output.pointer[i] == dense.pointer[pixel * outputs + plane % outputs], "\(name) at \(i)")
      }
    }
  }

  /// conv(2a − b) = 2·conv(a) − conv(b), exactly for integers.
  @Test(arguments: [
    (
      Conv2D(out: 21, kernel: Pair(3), stride: Pair(2), padding: Padding(1), bias: false), Shape(1, 10, 9, 15)
    ),
    (Conv2D(out: 9, kernel: Pair(1, 4), padding: Padding(0, 3), groups: 3, bias: false), Shape(2, 6, 5, 20)),
  ])
  func convolutionsAreLinear(conv: Conv2D, shape: Shape) throws {
    let a = try Tensor<Float>.filled(shape, .integers, seed: 3)
    let b = try Tensor<Float>.filled(shape, .integers, seed: 4)
    let mixed = try Tensor<Float>(shape)
    mixed.assign(zip(a.elements, b.elements).map { 2 * $0 - $1 })
    let weights = try Weights.filled(conv, [shape], .integers)
    let parts = (try results(conv, [a], weights), try results(conv, [b], weights))
    for (index, whole) in try results(conv, [mixed], weights).enumerated() {
      let sum = zip(parts.0[index].output.elements, parts.1[index].output.elements).map { 2 * $0 - $1 }
      #expect(whole.output.elements == sum, "\(whole.name)")
    }
  }

  /// Each image of a batch gives the bits that it gives alone.
  @Test(arguments: [
    Conv2D(out: 20, kernel: Pair(3), padding: Padding(1)), Conv2D(out: 33),
    Conv2D(out: 6, kernel: Pair(3), stride: Pair(2), groups: 6),
  ])
  func imagesDoNotMix(conv: Conv2D) throws {
    let (shape, single) = (Shape(3, 6, 7, 9), Shape(1, 6, 7, 9))
    let input = try Tensor<Float>.filled(shape)
    let weights = try Weights.filled(conv, [shape])
    let batch = try results(conv, [input], weights)
    for n in 0..<3 {
      let image = try Tensor<Float>(single)
      image.assign(input.elements[n * single.count..<(n + 1) * single.count])
      for alone in try results(conv, [image], weights) {
        let size = alone.output.count
        let together = try #require(batch.first { $0.name == alone.name })
        #expect(
          alone.output.elements == Array(together.output.elements[n * size..<(n + 1) * size]),
          "\(alone.name)")
      }
    }
  }

  /// Nor does it matter at which place of a batch an image stands, which is all that kernels for batches alone promise.
  @Test(arguments: [
    Conv2D(out: 20, kernel: Pair(3), padding: Padding(1)),
    Conv2D(out: 3, kernel: Pair(1, 4), padding: Padding(2, 3)),
    Conv2D(out: 6, kernel: Pair(3, 2), stride: Pair(2, 1), dilation: Pair(1, 2), groups: 3),
  ])
  func placesOfImagesDoNotMatter(conv: Conv2D) throws {
    let shape = Shape(10, 6, 7, 5)
    let (input, rotated) = (try Tensor<Float>.filled(shape), try Tensor<Float>(shape))
    func moved(_ x: [Float]) -> [Float] { Array(x[(x.count / shape.n)...] + x[..<(x.count / shape.n)]) }
    rotated.assign(moved(input.elements))
    let weights = try Weights.filled(conv, [shape])
    let (plain, turned) = (try results(conv, [input], weights), try results(conv, [rotated], weights))
    #expect(plain.contains { $0.name.hasPrefix("tiled/turned") })
    for (one, other) in zip(plain, turned) {
      #expect(moved(one.output.elements) == other.output.elements, "\(one.name)")
    }
  }

  /// A NaN reaches exactly the outputs whose windows hold it, in every channel of its group.
  @Test(arguments: [(3, 1, 1), (3, 2, 1), (5, 1, 2), (1, 1, 0)])
  func aNaNGoesWhereItsWindowsAre(kernel: Int, stride: Int, padding: Int) throws {
    let shape = Shape(1, 8, 9, 35)
    let (row, column) = (4, 17)
    let conv = Conv2D(
      out: 16, kernel: Pair(kernel), stride: Pair(stride), padding: Padding(padding), groups: 2)
    let input = try Tensor<Float>.filled(shape)
    input.pointer[row * shape.w + column] = .nan
    let output = try conv.output([shape])
    for (name, result) in try results(conv, [input], .filled(conv, [shape])) {
      for i in 0..<result.count {
        let (o, y, x) = (i / output.plane, i / output.w % output.h, i % output.w)
        let rows = y * stride - padding..<y * stride - padding + kernel
        let columns = x * stride - padding..<x * stride - padding + kernel
        let reached = o < 8 && rows.contains(row) && columns.contains(column)
        #expect(result.pointer[i].isNaN == reached, "\(name) at \(i)")
      }
    }
  }
}
