import Kernels
import Measurement
import Operators
import ReferenceKernels
import Support
import Tensors
import Testing

/// Holds the reference of an operator against loops in C: the same bits in at most 1.3 times the time.
///
/// A call of each follows the other, and the ratio of the two is what counts: what slows the machine down slows both. The
/// median of a batch of pairs is free of the pairs that something interrupted. A slow reference fails every batch, a busy
/// machine only some: the test waits for one that passes.
func compareTimes(
  _ op: any Spelled, _ shape: Shape, _ weights: Weights<Float> = Weights([:]),
  location: SourceLocation = #_sourceLocation,
  _ loops: ([UnsafePointer<Float>], UnsafeMutablePointer<Float>) -> Void
) throws {
  let shapes = try op.inputs(for: [shape]).map(\.shape)
  let inputs = try shapes.enumerated().map { try Tensor<Float>.filled($1, seed: UInt64($0 + 1)) }
  let pointers = inputs.map { UnsafePointer($0.pointer) }
  let (ours, theirs) = (try Tensor<Float>(op.output(shapes)), try Tensor<Float>(op.output(shapes)))
  let prepared = try ReferenceKernel().prepare(KernelTask(op, shapes, weights: weights, isa: .baseline))
  let workspace = try Tensor<Float>(Shape(1))
  let regions = prepared.bind(inputs, [ours], workspace: workspace, threads: 1)
  let team = Team(threads: 1)
  var ratios: [Double] = []
  withExtendedLifetime((inputs, weights, prepared, workspace)) {
    repeat {
      let pairs = (0..<Honesty.pairs).map { _ in
        let c = Clock.time { loops(pointers, theirs.pointer) }.value
        return Clock.time { team.run(regions) }.value / c
      }
      ratios.append(Statistics.median(pairs))
    } while !Honesty.range.contains(ratios[ratios.count - 1]) && ratios.count < Honesty.mostBatches
  }
  let text = "\(op.text)@\(shape): \(ratios) times as long as the loops in C"
  #expect(ours.elements == theirs.elements, sourceLocation: location)
  #expect(ratios.contains(where: Honesty.range.contains), "\(text)", sourceLocation: location)
}

private enum Honesty {
  /// At most 1.3; below a tenth the loops in C are not compiled as they should be: the compiler may give the reference
  /// four lanes, and unroll them.
  static let range = 0.1...1.3
  static let pairs = 31
  static let mostBatches = 40
}
