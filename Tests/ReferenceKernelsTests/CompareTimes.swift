import Kernels
import Measurement
import Operators
import ReferenceKernels
import Support
import Tensors
import Testing

/// Holds the reference of an operator against loops in C: the same bits in at most 1.3 times the time.
///
/// Shortest times of alternating calls are compared: a neighbour can only make one longer, so more calls settle a doubt.
func compareTimes(
  _ op: any Operator, _ shape: Shape, _ weights: Weights<Float> = Weights([:]),
  location: SourceLocation = #_sourceLocation,
  _ loops: ([UnsafePointer<Float>], UnsafeMutablePointer<Float>) -> Void
) throws {
  let shapes = try op.inputs(for: shape)
  let inputs = try shapes.enumerated().map { try Tensor<Float>.filled($1, seed: UInt64($0 + 1)) }
  let pointers = inputs.map { UnsafePointer($0.pointer) }
  let (ours, theirs) = (try Tensor<Float>(op.output(shapes)), try Tensor<Float>(op.output(shapes)))
  let prepared = try ReferenceKernel().prepare(Task(op, shapes, weights: weights, isa: .baseline))
  let workspace = try Tensor<Float>(Shape(1))
  let regions = prepared.bind(inputs, [ours], workspace: workspace, threads: 1)
  let team = Team(threads: 1)
  var (reference, c) = (Double.infinity, Double.infinity)
  let start = Clock.now()
  withExtendedLifetime((inputs, weights, prepared, workspace)) {
    for round in 0..<4000 {
      c = min(c, Clock.time { loops(pointers, theirs.pointer) }.value)
      reference = min(reference, Clock.time { team.run(regions) }.value)
      let isSettled = round >= 20 && reference <= 1.25 * c
      if isSettled || (round >= 20 && Clock.now() - start > Seconds(2)) { break }
    }
  }
  let times = "\(op.text)@\(shape): \(reference * 1e6) µs against \(c * 1e6) µs of C"
  #expect(ours.elements == theirs.elements, sourceLocation: location)
  #expect(reference <= 1.3 * c, "\(times)", sourceLocation: location)
  // The compiler may give the reference four lanes, and unroll them.
  #expect(
    c <= 10 * reference, "the loops in C are not compiled as they should be: \(times)",
    sourceLocation: location)
}
