import Harness
import Testing

@Suite struct SteadyAllocationsTests {
  /// What happens in one call is no steady state; what happens in every call, or in most, is.
  @Test(
    arguments: [
      ([0], [], 0, 0), ([2], [0, 0, 0, 0], 0, 2), ([3], [3, 3, 3, 3], 3, 4), ([0, 7], [0, 0, 0], 0, 1),
      ([1, 0, 1], [1, 0, 9], 1, 2), ([5, 0, 0], [9], 0, 0), ([4, 4, 4, 4, 4, 0], [9], 4, 0),
    ] as [([Int], [Int], Double, Int)])
  func oneOffsDoNotCount(counts: [Int], further: [Int], expected: Double, taken: Int) {
    var rest = further[...]
    #expect(SteadyAllocations.perCall(counts) { rest.popFirst() } == expected)
    #expect(further.count - rest.count == taken)
  }

  @Test func whatIsNotToldIsNotKnown() {
    #expect(SteadyAllocations.perCall([nil, nil]) { 1 } == nil)
    #expect(SteadyAllocations.perCall([]) { 1 } == nil)
  }
}
