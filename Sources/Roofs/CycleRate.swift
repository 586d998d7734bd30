import Kernels

extension MeasuredRoofs {
  /// Without fused multiply-add a product of two vectors, of which estimates count two a cycle, takes more.
  private static let separateProducts = 1.38

  /// Cycles a second as the estimates of kernels count them (`Form.cycles`): in one of them a core adds two products of
  /// vectors. Where a core has half as many units, or lower clocks for wide vectors, they are longer.
  public func cycleRate(_ isa: ISA) -> Double {
    let products = peak(isa, threads: 1).value * 1e9 / Double(2 * isa.microKernels.lanes)
    return products / 2 * (isa == .baseline ? Self.separateProducts : 1)
  }
}
