import Kernels
import Operators
import ReferenceKernels
import Support
import Tensors
import Testing
import TiledKernels

/// Padding on each side by itself is an image with that many rows and columns more, for the formula and every kernel.
@Suite struct PaddingLawTests {
  /// Results of the formula and of every kernel that applies, with exact integers.
  private func results(
    _ op: any Operator, _ input: Tensor<Float>, _ weights: Weights<Float>
  ) throws -> [(name: String, output: Tensor<Float>)] {
    var results = [
      ("reference", try outputs(of: ReferenceKernel(), op, [input], weights, isa: .baseline, threads: [1])[0])
    ]
    for isa in availableISAs {
      for kernel in Catalogue(tiledKernels).exact.variants(op, [input.shape], isa: isa) {
        let all = try outputs(of: kernel, op, [input], weights, isa: isa)
        #expect(areIdentical(all), "\(op.text)@\(input.shape) \(kernel.name) on \(isa)")
        results.append(("\(op.text)@\(input.shape) \(kernel.name) on \(isa)", all[0]))
      }
    }
    #expect(results.count > availableISAs.count)
    return results
  }

  /// The same image with rows and columns of one value around it.
  private func padded(_ image: Tensor<Float>, _ padding: Padding, with value: Float) throws -> Tensor<Float> {
    let (a, h, w) = (image.shape, image.shape.h + padding.vertical, image.shape.w + padding.horizontal)
    let result = try Tensor<Float>(Shape(a.n, a.c, h, w))
    result.buffer.update(repeating: value)
    for plane in 0..<a.n * a.c {
      for y in 0..<a.h {
        for x in 0..<a.w {
          result.pointer[(plane * h + y + padding.top) * w + x + padding.left] =
            image.pointer[(plane * a.h + y) * a.w + x]
        }
      }
    }
    return result
  }

  /// The part of an image that is left without rows and columns at its sides.
  private func cropped(_ image: Tensor<Float>, _ crop: Padding) throws -> Tensor<Float> {
    let a = image.shape
    let result = try Tensor<Float>(Shape(a.n, a.c, a.h - crop.vertical, a.w - crop.horizontal))
    for i in 0..<result.count {
      let (plane, p) = (i / result.shape.plane, i % result.shape.plane)
      let (y, x) = (p / result.shape.w + crop.top, p % result.shape.w + crop.left)
      result.pointer[i] = image.pointer[(plane * a.h + y) * a.w + x]
    }
    return result
  }

  private static let sides = [
    Padding(top: 0, left: 0, bottom: 1, right: 1), Padding(top: 1, left: 0, bottom: 0, right: 0),
    Padding(top: 0, left: 2, bottom: 1, right: 0), Padding(top: 2, left: 1, bottom: 0, right: 1),
    Padding(top: 1, left: 1, bottom: 2, right: 0), Padding(top: 0, left: 0, bottom: 0, right: 2),
  ]

  private static let convolutions: [(Conv2D, Shape)] = [
    (Conv2D(out: 7, kernel: Pair(3)), Shape(2, 5, 9, 17)),
    (Conv2D(out: 33, kernel: Pair(3), stride: Pair(2)), Shape(1, 19, 8, 13)),
    (Conv2D(out: 3, kernel: Pair(2, 5), stride: Pair(3, 1), dilation: Pair(2, 1)), Shape(1, 4, 11, 6)),
    (Conv2D(out: 10, kernel: Pair(3), groups: 2), Shape(3, 6, 7, 7)),
    (Conv2D(out: 21, kernel: Pair(3), groups: 21), Shape(1, 21, 10, 35)),
    (Conv2D(out: 12, kernel: Pair(5), stride: Pair(2), groups: 12), Shape(2, 12, 9, 5)),
    (Conv2D(out: 9), Shape(1, 30, 5, 3)), (Conv2D(out: 16, stride: Pair(2)), Shape(2, 8, 6, 7)),
    (Conv2D(out: 2, kernel: Pair(3, 1), groups: 1), Shape(1, 70, 1, 1)),
    (Conv2D(out: 4, kernel: Pair(1, 3)), Shape(1, 3, 1, 40)),
  ]

  @Test(arguments: convolutions.indices)
  func aConvolutionReadsZerosThere(index: Int) throws {
    var (conv, shape) = Self.convolutions[index]
    let image = try Tensor<Float>.filled(shape, .integers)
    for padding in Self.sides {
      conv.padding = padding
      guard (try? conv.outputs([shape])) != nil else { continue }
      var plain = conv
      plain.padding = Padding(0)
      let larger = try padded(image, padding, with: 0)
      let weights = try Weights.filled(conv, [shape], .integers)
      let formula = try outputs(
        of: ReferenceKernel(), plain, [larger], weights, isa: .baseline, threads: [1])[0]
      for (name, output) in try results(conv, image, weights) {
        #expect(output.shape == formula.shape && output.elements == formula.elements, "\(name)")
      }
    }
  }

  private static let pools: [(Pool2D, Shape)] = [
    (Pool2D(.max, window: Pair(4), stride: Pair(2)), Shape(2, 5, 9, 17)),
    (Pool2D(.max, window: Pair(5, 4), stride: Pair(1)), Shape(1, 3, 7, 30)),
    (Pool2D(.max, window: Pair(4, 5), stride: Pair(3, 2), ceilMode: true), Shape(1, 19, 8, 11)),
    (Pool2D(.max, window: Pair(4), stride: Pair(1), dilation: Pair(2)), Shape(1, 4, 9, 9)),
    (Pool2D(.avg, window: Pair(4), stride: Pair(2), countPadding: true), Shape(2, 5, 9, 17)),
    (Pool2D(.avg, window: Pair(4), stride: Pair(1), countPadding: true), Shape(1, 33, 6, 5)),
  ]

  /// A maximum does not see padding, as if it were −∞; a mean that counts it sees zeros. Means of 16 integers are exact.
  @Test(arguments: pools.indices)
  func aPoolReadsNothingOrZerosThere(index: Int) throws {
    var (pool, shape) = Self.pools[index]
    let image = try Tensor<Float>.filled(shape, .integers)
    for padding in Self.sides {
      pool.padding = padding
      var plain = pool
      plain.padding = Padding(0)
      let larger = try padded(image, padding, with: pool.kind == .max ? -.infinity : 0)
      // The last window of ceil mode must begin in the image or before it, not in what follows.
      guard try pool.output([shape]) == plain.output([larger.shape]) else {
        #expect(pool.ceilMode)
        continue
      }
      let formula = try outputs(
        of: ReferenceKernel(), plain, [larger], Weights([:]), isa: .baseline, threads: [1])[0]
      for (name, output) in try results(pool, image, Weights([:])) {
        #expect(output.elements == formula.elements, "\(name)")
      }
    }
  }

  /// Without padding in the divisor, the mean is the sum of what lies inside by its number, in ceil mode, too.
  @Test(arguments: [false, true], [1, 3])
  func aMeanCountsWhatLiesInside(ceilMode: Bool, stride: Int) throws {
    let shape = Shape(1, 7, 6, 10)
    let (image, ones) = (try Tensor<Float>.filled(shape, .integers), try Tensor<Float>(shape))
    ones.buffer.update(repeating: 1)
    for padding in Self.sides {
      func pool(_ counts: Bool) -> Pool2D {
        Pool2D(
          .avg, window: Pair(4), stride: Pair(stride), padding: padding, ceilMode: ceilMode,
          countPadding: counts)
      }
      // The formula walks over the windows by itself.
      let windows = pool(false).windows(height: shape.h, width: shape.w)
      let output = try pool(false).output([shape])
      for (name, result) in try results(pool(false), image, Weights([:])) {
        for i in 0..<result.count {
          let (y, x, plane) = (i / output.w % output.h, i % output.w, i / output.plane)
          let (top, left) = (y * stride - padding.top, x * stride - padding.left)
          let inside = (max(0, top)..<min(6, top + 4)).flatMap { row in
            (max(0, left)..<min(10, left + 4)).map { image.pointer[(plane * 6 + row) * 10 + $0] }
          }
          #expect(windows.rows[y].count * windows.columns[x].count == inside.count)
          // An integer by a small one, rounded once or after the reciprocal.
          let mean = inside.reduce(0, +) / Float(inside.count)
          #expect(abs(result.pointer[i] - mean) <= 2 * mean.ulp, "\(name) at \(i)")
        }
      }
      for (name, result) in try results(pool(false), ones, Weights([:])) {
        #expect(result.elements.allSatisfy { abs($0 - 1) <= 2 * Float.ulpOfOne }, "\(name)")
      }
    }
  }

  private static let transposed: [(ConvTranspose2D, Shape)] = [
    (ConvTranspose2D(out: 5, kernel: Pair(4), stride: Pair(2)), Shape(2, 6, 5, 9)),
    (ConvTranspose2D(out: 17, kernel: Pair(3), stride: Pair(2), outputPadding: Pair(1)), Shape(1, 9, 7, 4)),
    (ConvTranspose2D(out: 6, kernel: Pair(3), groups: 3), Shape(1, 6, 6, 13)),
    (
      ConvTranspose2D(out: 4, kernel: Pair(3, 2), stride: Pair(1, 3), dilation: Pair(2, 1)), Shape(3, 2, 5, 5)
    ),
    (ConvTranspose2D(out: 8, kernel: Pair(4), stride: Pair(2), groups: 8), Shape(1, 8, 4, 19)),
  ]

  @Test(arguments: transposed.indices)
  func aTransposedConvolutionIsCropped(index: Int) throws {
    var (conv, shape) = Self.transposed[index]
    let image = try Tensor<Float>.filled(shape, .integers)
    let weights = try Weights.filled(conv, [shape], .integers)
    let whole = try outputs(of: ReferenceKernel(), conv, [image], weights, isa: .baseline, threads: [1])[0]
    for padding in Self.sides {
      conv.padding = padding
      let expected = try cropped(whole, padding)
      for (name, output) in try results(conv, image, weights) {
        #expect(output.shape == expected.shape && output.elements == expected.elements, "\(name)")
      }
    }
  }
}
