import Testing
import Workloads

@Suite struct WorkloadTests {
  @Test(arguments: [
    "conv:out=64,k=3,s=1,p=1,d=1,g=1,bias=1@1x64x56x56", "conv:out=8,k=3x5,s=2,p=1x2,d=1,g=2,bias=0@2x4x9x9",
    "cbam:r=16,k=7,order=channel-first,pool=both@1x256x56x56", "channelpool@1x3x4x5",
    "dense:out=10,bias=1@1x20", "conv:out=8,k=3,s=2,p=0x1x2x0,d=1,g=1,bias=1@1x4x9x9",
    "scale:gate=pixel@1x64x28x28,1x1x28x28", "scale:gate=channel@1x8x3x3,1x8", "add@1x2x3x4,1x2x3x4",
    "concat:n=3@1x32x14x14,1x16x14x14,1x8x14x14", "concat:n=1@1x2x3x3", "batchnorm:eps=0.001@1x4x2x2",
  ])
  func textGoesBothWays(text: String) throws { #expect(try Workload(text).text == text) }

  @Test(arguments: [
    ("conv:out=0@1x3x4x4", "out=0"), ("conv:out=4,g=3@1x4x4x4", "g=3"), ("cbam:r=32@1x16x8x8", "r=32"),
    ("relu@1x0x4x4", "extent 0"), ("relu@1x-3x4x4", "extent -3"), ("relu", "not a workload"),
    ("conv:out=4,strid=2@1x3x4x4", "known keys"), ("konv:out=4@1x3x4x4", "did you mean 'conv'"),
  ])
  func mistakesAreNamed(text: String, part: String) {
    let error = #expect(throws: UsageError.self) { try Workload(text) }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }

  /// Where an operator takes several shapes, one stands for all.
  @Test func oneShapeStandsForAll() throws {
    for (short, long) in [
      ("add@1x2x3x4", "add@1x2x3x4,1x2x3x4"), ("concat:n=2@1x2x3x4", "concat:n=2@1x2x3x4,1x2x3x4"),
      ("scale:gate=pixel@1x64x28x28", "scale:gate=pixel@1x64x28x28,1x1x28x28"),
      ("scale:gate=channel@1x64x28x28", "scale:gate=channel@1x64x28x28,1x64x1x1"),
    ] {
      let (a, b) = (try Workload(short), try Workload(long))
      #expect(a.inputs == b.inputs && a.outputs == b.outputs && a.cost == b.cost)
      #expect(a.text == short && b.text == long)
    }
    #expect(try Workload("concat:n=3@1x32x4x4,1x16x4x4,1x8x4x4").outputs[0].c == 56)
  }

  @Test(arguments: [
    ("scale:gate=pixel@1x64x28x28,1x1x28x28,1x1x28x28", "scale takes 2 inputs, not 3 shapes"),
    ("concat:n=3@1x2x3x3,1x2x3x3", "concat takes 3 inputs, not 2 shapes"),
    ("concat:n=3@1x2x3x3,1x2x3x3,1x2x3x4", "concat takes 3 inputs that differ in their channels only"),
    ("relu@1x2x3x3,1x2x3x3", "relu takes 1 input, not 2 shapes"),
    ("add@1x2x3x3,1x2x3x4", "add takes 2 inputs of one shape, not 1x2x3x3 and 1x2x3x4"),
    ("scale:gate=pixel@1x64x28x28,1x64x1x1", "takes a gate of 1x1x28x28, not 1x64x1x1"),
    ("add@1x2x3x3,", "'' is not a shape such as 1x64x56x56"),
    ("add@,1x2x3x3", "'' is not a shape such as 1x64x56x56"),
    ("add@1x2x3x3;1x2x3x3", "is not a shape such as 1x64x56x56"),
  ])
  func shapesThatDoNotFitAreNamed(text: String, part: String) {
    let error = #expect(throws: UsageError.self) { try Workload(text) }
    let message = error?.description ?? ""
    #expect(message.hasPrefix("\(text): ") && message.contains(part), "\(message)")
    #expect(!message.contains("\n") && !message.contains(". "))
  }

  @Test func suiteMistakesNameTheLine() {
    for (text, part) in [
      ("# nothing\n", "no workload"), ("relu@1x1x1x1\nfoo\n", "S:2:"),
      ("a = relu@1x1x1x1\na = relu@1x1x1x2", "line 1"),
      ("a *2 = relu@1x1x1x1\na *3 = relu@1x1x1x2", "line 1"),
      ("a *0 = relu@1x1x1x1", "S:1: '*0' after the name 'a' is not a count; expected * and a positive"),
      ("\na *-1 = relu@1x1x1x1", "S:2: '*-1'"), ("a *x = relu@1x1x1x1", "'*x'"),
      ("a * = relu@1x1x1x1", "'*'"), ("a *1.5 = relu@1x1x1x1", "'*1.5'"), ("a *+4 = relu@1x1x1x1", "'*+4'"),
      ("a *4 b = relu@1x1x1x1", "'*4 b'"),
      ("a **4 = relu@1x1x1x1", "'**4'"), ("a *4 *5 = relu@1x1x1x1", "'*4 *5'"),
      ("a *99999999999999999999 = relu@1x1x1x1", "is not a count"),
      ("a *16777217 = relu@1x1x1x1", "is not a count"),
      ("a *9223372036854775807 = relu@1x1x1x1", "up to 16777216"),
      ("a *4x = relu@1x1x1x1", "'*4x'"), ("a *４ = relu@1x1x1x1", "'*４'"),
      // Each of these would be one layer with a strange name.
      ("a*4 = relu@1x1x1x1", "S:1: the name 'a*4' ends like a count; a count has a space and an asterisk"),
      ("a b*12 = relu@1x1x1x1", "such as 'a b *4'"), ("a*4x = relu@1x1x1x1", "ends like"),
      ("a* 4 = relu@1x1x1x1", "ends like"),
      ("a ×4 = relu@1x1x1x1", "ends like"), ("a ＊4 = relu@1x1x1x1", "ends like"),
      ("a∗4 = relu@1x1x1x1", "ends like"),
      ("a= relu@1x1x1x1", "with spaces around '='"), ("a =relu@1x1x1x1", "with spaces around '='"),
      ("a*4=conv:out=1@1x1x1x1", "with spaces around '='"), ("relu@1x1x1x1 *4", "with spaces around '='"),
      ("# ok\n" + String(repeating: "x", count: 5000), "S:2: the line has 5000 bytes; at most 4096"),
      ("*4 = relu@1x1x1x1", "S:1: no name before '*'"), (" = relu@1x1x1x1", "S:1: "),
    ] {
      let error = #expect(throws: UsageError.self) { try Suite(name: "s", text: text, path: "S") }
      #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    }
  }

  @Test(arguments: [
    ("relu@1x1x1x1", "relu@1x1x1x1", 1), ("a = relu@1x1x1x1", "a", 1), ("a *1 = relu@1x1x1x1", "a", 1),
    ("conv 3x3 128->128@28 *4 = relu@1x1x1x1", "conv 3x3 128->128@28", 4),
    ("a  * 12  = relu@1x1x1x1", "a", 12), ("3*3 stem = relu@1x1x1x1", "3*3 stem", 1),
    ("conv 3×3 = relu@1x1x1x1", "conv 3×3", 1), ("a=b = relu@1x1x1x1", "a=b", 1),
    ("a\t*4\t=\trelu@1x1x1x1\t# why", "a", 4), ("\u{A0}a\u{A0}*4 =\u{3000}relu@1x1x1x1", "a", 4),
    ("\ta\tb = relu@1x1x1x1", "a b", 1), ("a *04 = relu@1x1x1x1", "a", 4),
    ("\u{FEFF}a = relu@1x1x1x1", "a", 1),
    ("# see\u{2028}below\na = relu@1x1x1x1", "a", 1), ("a *16777216 = relu@1x1x1x1", "a", 16_777_216),
  ])
  func multiplicityFollowsTheName(line: String, name: String, multiplicity: Int) throws {
    let workload = try Suite(name: "s", text: line, path: "S").workloads[0]
    #expect(workload.name == name && workload.multiplicity == multiplicity)
    #expect(workload.text == "relu@1x1x1x1")
  }

  /// A neuron's inputs, a plane or the channels of a pixel, whichever are most: what keeps sums of integers exact.
  @Test(arguments: [
    ("globalpool@1x2x30x40", 1200), ("channelpool@1x64x2x3", 64), ("conv:out=4,k=3,p=1@1x8x5x5", 72),
    ("dense:out=3@2x50", 50), ("cbam:r=2@1x4x3x3", 98),
  ])
  func theLongestSumIsKnown(text: String, terms: Int) throws {
    #expect(try Workload(text).longestSum == terms)
  }
}
