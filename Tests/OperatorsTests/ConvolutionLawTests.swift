import Operators
import Support
import Tensors
import Testing

/// One axis of a convolution.
struct Axis: Sendable {
  var (size, kernel, stride, padding, dilation) = (1, 1, 1, 0, 1)

  /// Every combination of small values.
  static let all: [Axis] = {
    var result: [Axis] = []
    for size in 1...7 {
      for kernel in 1...4 {
        for stride in 1...3 {
          for padding in 0...3 {
            for dilation in 1...3 {
              result.append(
                Axis(size: size, kernel: kernel, stride: stride, padding: padding, dilation: dilation))
            }
          }
        }
      }
    }
    return result
  }()

  /// Output positions whose last tap still lies on the padded image.
  var outputs: Int {
    var position = 0
    while position * stride + dilation * (kernel - 1) < size + 2 * padding { position += 1 }
    return position
  }
}

@Suite struct ConvolutionLawTests {
  private func convolution(_ h: Axis, _ w: Axis, out: Int, groups: Int = 1, bias: Bool = false) -> Conv2D {
    Conv2D(
      out: out, kernel: Pair(h.kernel, w.kernel), stride: Pair(h.stride, w.stride),
      padding: Padding(h.padding, w.padding), dilation: Pair(h.dilation, w.dilation), groups: groups,
      bias: bias)
  }

  /// Multiply-adds and those inside the image, by walking over all of them.
  private func count(_ h: Axis, _ w: Axis, images: Int, out: Int, perGroup: Int) -> (all: Int, inside: Int) {
    var (all, inside) = (0, 0)
    for _ in 0..<images * out * perGroup {
      for y in 0..<h.outputs {
        for x in 0..<w.outputs {
          for i in 0..<h.kernel {
            for j in 0..<w.kernel {
              all += 1
              let row = y * h.stride - h.padding + i * h.dilation
              let column = x * w.stride - w.padding + j * w.dilation
              if (0..<h.size).contains(row), (0..<w.size).contains(column) { inside += 1 }
            }
          }
        }
      }
    }
    return (all, inside)
  }

  @Test func countsAgreeWithWalkingOverAllTaps() throws {
    let axes = Axis.all
    for (index, h) in axes.enumerated() {
      let w = axes[(index * 37 + 11) % axes.count]
      let groups = index % 3 + 1
      let (images, channels, out) = (index % 2 + 1, groups * (index % 2 + 1), groups * (index % 4 + 1))
      let op = convolution(h, w, out: out, groups: groups)
      let input = Shape(images, channels, h.size, w.size)
      guard h.outputs > 0, w.outputs > 0 else {
        #expect(message { () throws(OperatorError) in try op.outputs([input]) } != nil, "\(op.text)@\(input)")
        continue
      }
      #expect(try op.outputs([input]) == [Shape(images, out, h.outputs, w.outputs)], "\(op.text)@\(input)")
      let counted = count(h, w, images: images, out: out, perGroup: channels / groups)
      let cost = try op.cost([input])
      #expect(cost.macs == counted.all, "\(op.text)@\(input)")
      #expect(cost.macsInside == counted.inside, "\(op.text)@\(input)")
    }
  }

  @Test func withoutPaddingEveryTapIsInside() throws {
    for h in Axis.all where h.padding == 0 && h.outputs > 0 {
      let cost = try convolution(h, h, out: 3).cost([Shape(2, 5, h.size, h.size)])
      #expect(cost.macsInside == cost.macs)
    }
  }

  @Test func strideOneWithHalfTheWindowKeepsTheExtents() throws {
    for kernel in [1, 3, 5, 7] {
      for dilation in 1...3 {
        let op = Conv2D(
          out: 4, kernel: Pair(kernel), padding: Padding(dilation * (kernel / 2)), dilation: Pair(dilation))
        #expect(try op.outputs([Shape(1, 2, 5, 9)]) == [Shape(1, 4, 5, 9)])
      }
    }
  }

  /// Seeded weights are as large as the products are many that an output sums up: of each axis every s-th tap.
  @Test func fanInOfATransposedConvolutionIsPerAxis() throws {
    for (kernel, stride, taps) in [
      (Pair(3, 6), Pair(1, 3), 3 * 2), (Pair(6, 3), Pair(3, 1), 2 * 3), (Pair(4), Pair(2), 4),
      (Pair(5, 1), Pair(2, 2), 3),
    ] {
      let op = ConvTranspose2D(out: 4, kernel: kernel, stride: stride, groups: 2)
      let fans = try op.weights([TensorType(1, 8, 5, 5)]).map(\.fanIn)
      #expect(fans == [4 * taps, 1], "\(op.text)")
    }
  }

  @Test(arguments: [1, 2, 4, 8, 16])
  func groupsDivideWeightsAndMultiplyAdds(groups: Int) throws {
    let input = Shape(2, 16, 9, 11)
    let whole = try Conv2D(out: 32, kernel: Pair(3), padding: Padding(1), bias: false).cost([input])
    let parts = try Conv2D(out: 32, kernel: Pair(3), padding: Padding(1), groups: groups, bias: false).cost([
      input
    ])
    #expect(parts.macs * groups == whole.macs)
    #expect(parts.macsInside * groups == whole.macsInside)
    #expect(parts.parameters * groups == whole.parameters)
  }

  @Test func asManyGroupsAsChannelsIsDepthwise() throws {
    let input = Shape(2, 12, 9, 11)
    let cost = try Conv2D(out: 12, kernel: Pair(3), padding: Padding(1), groups: 12, bias: false).cost([input]
    )
    let single = try Conv2D(out: 1, kernel: Pair(3), padding: Padding(1), bias: false).cost([
      Shape(2, 1, 9, 11)
    ])
    #expect(cost.macs == 12 * single.macs && cost.macsInside == 12 * single.macsInside)
    #expect(cost.macs == 2 * 12 * 9 * 11 * 9 && cost.parameters == 12 * 9)
  }

  @Test(arguments: [false, true])
  func oneByOneIsADenseLayerPerPixel(bias: Bool) throws {
    let pixels = 2 * 5 * 7
    let conv = try Conv2D(out: 24, bias: bias).cost([Shape(2, 10, 5, 7)])
    let dense = try Dense(out: 24, bias: bias).cost([Shape(1, 10)])
    #expect(conv.macs == pixels * dense.macs && conv.macsInside == conv.macs)
    #expect(conv.flops == pixels * dense.flops)
    #expect(conv.parameters == dense.parameters)
  }

  @Test func aWindowAsLargeAsTheImageIsADenseLayer() throws {
    let input = Shape(3, 4, 5, 6)
    let conv = try Conv2D(out: 7, kernel: Pair(5, 6)).cost([input])
    let dense = try Dense(out: 7).cost([input])
    #expect(conv == dense)
  }

  @Test func costIsLinearInTheImages() throws {
    let op = Conv2D(out: 6, kernel: Pair(3), stride: Pair(2), padding: Padding(1), activation: .relu)
    let (one, five) = (try op.cost([Shape(1, 4, 8, 8)]), try op.cost([Shape(5, 4, 8, 8)]))
    #expect(five.macs == 5 * one.macs && five.macsInside == 5 * one.macsInside && five.flops == 5 * one.flops)
    #expect(five.parameters == one.parameters)
  }
}

@Suite struct PoolShapeTests {
  /// Output heights that PyTorch 2.15 gives for `MaxPool2d` and `AvgPool2d` on heights 1 to 9.
  ///
  /// In each row k = 1...4, s = 1...4, p = 0...k/2 and ceil mode off, on, the last fastest. Zero stands for an error.
  static let byHeight = [
    [
      1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 2, 2, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1,
      0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 2, 2, 0, 0, 0, 1, 1, 2, 0, 0, 0, 1, 1, 1, 0, 1, 0, 1, 1, 1,
    ],
    [
      2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 1, 1, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 2, 2, 0, 1, 1, 2,
      0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 3, 3, 0, 0, 1, 1, 2, 2, 0, 1, 1, 1, 1, 2, 0, 1, 1, 1, 1, 1,
    ],
    [
      3, 3, 2, 2, 1, 1, 1, 1, 2, 2, 4, 4, 1, 2, 2, 2, 1, 1, 2, 2, 1, 1, 1, 1, 1, 1, 3, 3, 1, 1, 2, 2,
      1, 1, 1, 2, 1, 1, 1, 1, 0, 0, 2, 2, 4, 4, 0, 1, 1, 2, 2, 3, 0, 1, 1, 2, 2, 2, 0, 1, 1, 1, 1, 2,
    ],
    [
      4, 4, 2, 2, 2, 2, 1, 1, 3, 3, 5, 5, 2, 2, 3, 3, 1, 2, 2, 2, 1, 1, 2, 2, 2, 2, 4, 4, 1, 2, 2, 3,
      1, 2, 2, 2, 1, 1, 1, 2, 1, 1, 3, 3, 5, 5, 1, 1, 2, 2, 3, 3, 1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2,
    ],
    [
      5, 5, 3, 3, 2, 2, 2, 2, 4, 4, 6, 6, 2, 3, 3, 3, 2, 2, 2, 2, 1, 2, 2, 2, 3, 3, 5, 5, 2, 2, 3, 3,
      1, 2, 2, 2, 1, 2, 2, 2, 2, 2, 4, 4, 6, 6, 1, 2, 2, 3, 3, 4, 1, 2, 2, 2, 2, 3, 1, 2, 1, 2, 2, 2,
    ],
    [
      6, 6, 3, 3, 2, 2, 2, 2, 5, 5, 7, 7, 3, 3, 4, 4, 2, 2, 3, 3, 2, 2, 2, 2, 4, 4, 6, 6, 2, 3, 3, 4,
      2, 2, 2, 3, 1, 2, 2, 2, 3, 3, 5, 5, 7, 7, 2, 2, 3, 3, 4, 4, 1, 2, 2, 3, 3, 3, 1, 2, 2, 2, 2, 2,
    ],
    [
      7, 7, 4, 4, 3, 3, 2, 2, 6, 6, 8, 8, 3, 4, 4, 4, 2, 3, 3, 3, 2, 2, 2, 2, 5, 5, 7, 7, 3, 3, 4, 4,
      2, 3, 3, 3, 2, 2, 2, 2, 4, 4, 6, 6, 8, 8, 2, 3, 3, 4, 4, 5, 2, 2, 2, 3, 3, 3, 1, 2, 2, 2, 2, 3,
    ],
    [
      8, 8, 4, 4, 3, 3, 2, 2, 7, 7, 9, 9, 4, 4, 5, 5, 3, 3, 3, 3, 2, 2, 3, 3, 6, 6, 8, 8, 3, 4, 4, 5,
      2, 3, 3, 3, 2, 2, 2, 3, 5, 5, 7, 7, 9, 9, 3, 3, 4, 4, 5, 5, 2, 3, 3, 3, 3, 4, 2, 2, 2, 3, 3, 3,
    ],
    [
      9, 9, 5, 5, 3, 3, 3, 3, 8, 8, 10, 10, 4, 5, 5, 5, 3, 3, 4, 4, 2, 3, 3, 3, 7, 7, 9, 9, 4, 4, 5, 5,
      3, 3, 3, 4, 2, 3, 3, 3, 6, 6, 8, 8, 10, 10, 3, 4, 4, 5, 5, 6, 2, 3, 3, 4, 4, 4, 2, 3, 2, 3, 3, 3,
    ],
  ]

  @Test(arguments: 1...9)
  func extentsAsPyTorch(height: Int) throws {
    var expected = Self.byHeight[height - 1][...]
    for k in 1...4 {
      for s in 1...4 {
        for p in 0...k / 2 {
          for ceil in [false, true] {
            let wanted = expected.removeFirst()
            for kind in Pool2D.Kind.allCases {
              let tall = Pool2D(
                kind, window: Pair(k, 1), stride: Pair(s, 1), padding: Padding(p, 0), ceilMode: ceil)
              let found = try? tall.outputs([Shape(2, 3, height, 1)])
              #expect(found == (wanted == 0 ? nil : [Shape(2, 3, wanted, 1)]), "\(tall.text)")
              let wide = Pool2D(
                kind, window: Pair(1, k), stride: Pair(1, s), padding: Padding(0, p), ceilMode: ceil)
              let across = try? wide.outputs([Shape(2, 3, 1, height)])
              #expect(across == (wanted == 0 ? nil : [Shape(2, 3, 1, wanted)]), "\(wide.text)")
            }
          }
        }
      }
    }
    #expect(expected.isEmpty)
  }

  @Test func aWindowOfTheWholePlaneCostsAsMuchAsTheGlobalPool() throws {
    for kind in Pool2D.Kind.allCases {
      let input = Shape(2, 3, 5, 7)
      #expect(try Pool2D(kind, window: Pair(5, 7)).cost([input]) == GlobalPool(kind).cost([input]))
    }
  }
}

@Suite struct DilatedPoolTests {
  /// A dilated window is the window of all columns between its taps: the same extents, and as many taps as lie on the grid.
  @Test func windowsAreThoseOfTheSpreadWindowOnTheGrid() throws {
    for (size, k, s, d) in cases where d > 1 {
      for p in 0...k / 2 {
        for ceil in [false, true] {
          let pool = Pool2D(
            .max, window: Pair(1, k), stride: Pair(1, s), padding: Padding(0, p), dilation: Pair(1, d),
            ceilMode: ceil, countPadding: true)
          let span = size + 2 * p - d * (k - 1) - 1 + (ceil ? s - 1 : 0)
          let input = Shape(1, 1, 1, size)
          guard span >= 0 else {
            #expect(throws: OperatorError.self) { try pool.outputs([input]) }
            continue
          }
          let output = try pool.output([input])
          let windows = pool.windows(height: 1, width: size).columns
          #expect(windows.count == output.w)
          for (x, window) in windows.enumerated() {
            let taps = (0..<k).map { x * s - p + $0 * d }
            let inside = taps.filter { (0..<size).contains($0) }
            #expect(window.count == inside.count, "\(pool.text) at \(x) of \(size)")
            if let first = inside.first { #expect(window.first == first) }
            #expect(window.divisor == taps.filter { $0 < size + p }.count)
          }
          // PyTorch: the last window begins inside the image or its left padding.
          #expect((output.w - 1) * s < size + p)
        }
      }
    }
  }

  private var cases: [(Int, Int, Int, Int)] {
    (1...12).flatMap { size in
      (1...4).flatMap { k in (1...4).flatMap { s in (1...4).map { d in (size, k, s, d) } } }
    }
  }

  @Test func dilationCostsNothing() throws {
    let input = Shape(2, 3, 16, 16)
    for kind in Pool2D.Kind.allCases {
      let dense = try Pool2D(kind, window: Pair(3), stride: Pair(1)).cost([input])
      let dilated = Pool2D(kind, window: Pair(3), stride: Pair(1), padding: Padding(1), dilation: Pair(2))
      #expect(try dilated.output([input]) == Shape(2, 3, 14, 14))
      #expect(try dilated.cost([input]) == dense)
    }
  }
}
