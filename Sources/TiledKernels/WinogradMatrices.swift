/// The matrices of Winograd's minimal filtering F(m, 3), in one dimension: `Aᵀ·((G·g) ⊙ (Bᵀ·d))` are m outputs of a filter g of
/// three taps over m + 2 values d. Polynomials are evaluated at 0, ±1, ±2, ±½ and infinity, as many of them as are needed.
/// - Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016, arXiv:1509.09308.
struct WinogradMatrices: Sendable {
  /// m, the outputs of a tile along one axis.
  let outputs: Int
  /// G, (m + 2) × 3.
  let filter: [[Double]]
  /// Bᵀ, (m + 2) × (m + 2).
  let input: [[Double]]
  /// Aᵀ, m × (m + 2).
  let output: [[Double]]

  /// m + 2: values of a tile along one axis, and products for them.
  var points: Int { outputs + 2 }

  /// - Precondition: `outputs` is 2, 4 or 6.
  init(outputs: Int) {
    precondition([2, 4, 6].contains(outputs), "tiles of \(outputs) outputs; expected 2, 4 or 6")
    self.outputs = outputs
    switch outputs {
    case 2:
      filter = [[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]]
      input = [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]]
      output = [[1, 1, 1, 0], [0, 1, -1, -1]]
    case 4:
      filter = [
        [1.0 / 4, 0, 0], [-1.0 / 6, -1.0 / 6, -1.0 / 6], [-1.0 / 6, 1.0 / 6, -1.0 / 6],
        [1.0 / 24, 1.0 / 12, 1.0 / 6], [1.0 / 24, -1.0 / 12, 1.0 / 6], [0, 0, 1],
      ]
      input = [
        [4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0], [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0], [0, 4, 0, -5, 0, 1],
      ]
      output = [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]
    default:
      filter = [
        [1, 0, 0], [-2.0 / 9, -2.0 / 9, -2.0 / 9], [-2.0 / 9, 2.0 / 9, -2.0 / 9],
        [1.0 / 90, 1.0 / 45, 2.0 / 45], [1.0 / 90, -1.0 / 45, 2.0 / 45],
        [32.0 / 45, 16.0 / 45, 8.0 / 45], [32.0 / 45, -16.0 / 45, 8.0 / 45], [0, 0, 1],
      ]
      input = [
        [1, 0, -5.25, 0, 5.25, 0, -1, 0], [0, 1, 1, -4.25, -4.25, 1, 1, 0],
        [0, -1, 1, 4.25, -4.25, -1, 1, 0], [0, 0.5, 0.25, -2.5, -1.25, 2, 1, 0],
        [0, -0.5, 0.25, 2.5, -1.25, -2, 1, 0], [0, 2, 4, -2.5, -5, 0.5, 1, 0],
        [0, -2, 4, 2.5, -5, -0.5, 1, 0], [0, -1, 0, 5.25, 0, -5.25, 0, 1],
      ]
      output = [
        [1, 1, 1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0.5, -0.5, 0], [0, 1, 1, 4, 4, 0.25, 0.25, 0],
        [0, 1, -1, 8, -8, 0.125, -0.125, 0], [0, 1, 1, 16, 16, 0.0625, 0.0625, 0],
        [0, 1, -1, 32, -32, 0.03125, -0.03125, 1],
      ]
    }
  }
}

extension WinogradMatrices {
  /// How many times as large as those of the plain sum rounding errors may be, in two dimensions.
  ///
  /// An output is a sum of products, each of which is off by roundings that are independent of one another. In one dimension
  /// output i gathers Σₖ Aᵢₖ·(G·g)ₖ·(Bᵀ·d)ₖ; with taps and values of one size and random signs its terms have the variance
  /// Σₖ Aᵢₖ²·‖Gₖ‖²·‖Bₖ‖², while the plain sum has 3: the ratio of the deviations is the root of that, and its square in two
  /// dimensions. The deviation of a sum grows with the root of the additions one after the other: 9 for each channel of the
  /// plain sum, here one and those of the transforms. At least 1.5, as transformed values are not those of the plain sum.
  /// - Parameter channels: that are summed up.
  /// - Source: after Barabasz, Anderson, Soodhalter and Gregg, "Error Analysis and Improving the Accuracy of Winograd
  ///   Convolution for Deep Neural Networks", 2020, section 3.
  func errorGrowth(channels: Int) -> Double {
    func squares(_ row: [Double]) -> Double { row.reduce(0) { $0 + $1 * $1 } }
    let variances = output.map { row in
      (0..<points).reduce(0) { $0 + row[$1] * row[$1] * squares(filter[$1]) * squares(input[$1]) }
    }
    let additions = 2 * (most(input) + most(filter) + most(output)) + channels
    return max(1.5, (variances.max() ?? 3) / 3 * (Double(additions) / Double(9 * channels)).squareRoot())
  }

  /// Additions for one value of a transform.
  private func most(_ matrix: [[Double]]) -> Int {
    (matrix.map { row in row.count { $0 != 0 } }.max() ?? 1) - 1
  }
}
