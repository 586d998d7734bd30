import Operators
import Support
import ReferenceKernels
import Tensors
import Testing

/// The reference loop visits what the formulas of the cost count.
@Test(arguments: [
  (Conv2D(out: 4, kernel: Pair(3), padding: Padding(1)), Shape(2, 3, 5, 7)),
  (Conv2D(out: 4, kernel: Pair(1)), Shape(1, 3, 1, 1)),
  (Conv2D(out: 6, kernel: Pair(7), padding: Padding(6)), Shape(1, 2, 3, 2)),
  (Conv2D(out: 6, kernel: Pair(3, 5), stride: Pair(2, 3), padding: Padding(2, 1)), Shape(1, 2, 11, 13)),
  (
    Conv2D(out: 8, kernel: Pair(3), stride: Pair(5), padding: Padding(3), dilation: Pair(2, 4)),
    Shape(2, 4, 17, 19)
  ),
  (Conv2D(out: 12, kernel: Pair(3), stride: Pair(2), padding: Padding(1), groups: 6), Shape(1, 6, 8, 9)),
  (Conv2D(out: 2, kernel: Pair(2), padding: Padding(4), groups: 2), Shape(1, 2, 2, 2)),
])
func tapsAreAsManyAsTheCostSays(conv: Conv2D, input: Shape) throws {
  let (taps, cost) = (try conv.countTaps(input), try conv.cost([input]))
  #expect(taps.visited == cost.macs)
  #expect(taps.inside == cost.macsInside)
  let gradient = ConvWeightGradient(conv)
  let types = [TensorType(input), try conv.output([TensorType(input)])]
  let backward = try gradient.cost(types)
  #expect(try gradient.countTaps(input) == taps)
  #expect(backward.macs == cost.macs && backward.macsInside == cost.macsInside)
}

@Test(arguments: [
  (ConvTranspose2D(out: 4, kernel: Pair(4), stride: Pair(2), padding: Padding(1)), Shape(2, 3, 5, 7)),
  (ConvTranspose2D(out: 4, kernel: Pair(2), stride: Pair(2)), Shape(1, 3, 1, 1)),
  (
    ConvTranspose2D(
      out: 6, kernel: Pair(3, 5), stride: Pair(2, 3), padding: Padding(2, 1), outputPadding: Pair(1, 2),
      groups: 2),
    Shape(1, 4, 5, 6)
  ),
  (ConvTranspose2D(out: 2, kernel: Pair(7), stride: Pair(1, 2), padding: Padding(4)), Shape(1, 2, 4, 3)),
  (
    ConvTranspose2D(out: 3, kernel: Pair(3), stride: Pair(4), padding: Padding(3), dilation: Pair(6, 3)),
    Shape(2, 2, 3, 4)
  ),
  (ConvTranspose2D(out: 8, kernel: Pair(1), stride: Pair(3), groups: 4), Shape(1, 4, 3, 2)),
])
func tapsOfTransposedConvolutions(conv: ConvTranspose2D, input: Shape) throws {
  let (taps, cost) = (try conv.countTaps(input), try conv.cost([input]))
  #expect(taps.visited == cost.macs)
  #expect(taps.inside == cost.macsInside)
}
