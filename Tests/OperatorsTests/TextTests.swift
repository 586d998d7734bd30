import Operators
import Support
import Tensors
import Testing

@Suite struct TextTests {
  @Test(arguments: [
    // What is written, and all of it spelt out.
    ("out=64", "out=64,k=1,s=1,p=0,d=1,g=1,bias=1"),
    ("out=4,k=3,s=2,p=1,d=1,g=2,bias=1", "out=4,k=3,s=2,p=1,d=1,g=2,bias=1"),
    ("bias=0,k=3x5,out=8", "out=8,k=3x5,s=1,p=0,d=1,g=1,bias=0"),
    ("out=8,k=3x3,p=1x2,d=2x1,s=1x4", "out=8,k=3,s=1x4,p=1x2,d=2x1,g=1,bias=1"),
    ("out=2,act=relu", "out=2,k=1,s=1,p=0,d=1,g=1,bias=1,act=relu"),
    ("out=2,act=hard-swish", "out=2,k=1,s=1,p=0,d=1,g=1,bias=1,act=hard-swish"),
    ("out=2,act=none", "out=2,k=1,s=1,p=0,d=1,g=1,bias=1"),
    ("out=2,p=0x1x2x3", "out=2,k=1,s=1,p=0x1x2x3,d=1,g=1,bias=1"),
    ("out=2,p=1x1x1x1", "out=2,k=1,s=1,p=1,d=1,g=1,bias=1"),
    ("out=2,p=1x2x1x2", "out=2,k=1,s=1,p=1x2,d=1,g=1,bias=1"),
    ("out=2,p=1x2x1x0", "out=2,k=1,s=1,p=1x2x1x0,d=1,g=1,bias=1"),
    ("out=16777216,k=007", "out=16777216,k=7,s=1,p=0,d=1,g=1,bias=1"),
  ])
  func convolution(text: String, full: String) throws {
    let op = try read(Conv2D.self, text)
    #expect(op.text == "conv:" + full)
    #expect(try read(Conv2D.self, full) == op)
  }

  @Test(arguments: [
    ("", "type=max,k=2,s=2,p=0,ceil=0,countpad=0"),
    ("k=3", "type=max,k=3,s=3,p=0,ceil=0,countpad=0"),
    ("k=3x2", "type=max,k=3x2,s=3x2,p=0,ceil=0,countpad=0"),
    ("type=avg,k=3,s=2,p=1,ceil=1,countpad=1", "type=avg,k=3,s=2,p=1,ceil=1,countpad=1"),
    ("s=1", "type=max,k=2,s=1,p=0,ceil=0,countpad=0"),
    ("d=1", "type=max,k=2,s=2,p=0,ceil=0,countpad=0"),
    ("k=3,d=2", "type=max,k=3,s=3,p=0,d=2,ceil=0,countpad=0"),
    ("k=4,p=0x2x1x0", "type=max,k=4,s=4,p=0x2x1x0,ceil=0,countpad=0"),
    ("type=avg,d=2x1,k=3,s=1,p=1", "type=avg,k=3,s=1,p=1,d=2x1,ceil=0,countpad=0"),
  ])
  func pool(text: String, full: String) throws {
    let op = try read(Pool2D.self, text)
    #expect(op.text == "pool:" + full)
    #expect(try read(Pool2D.self, full) == op)
  }

  @Test func theOthers() throws {
    #expect(try read(Dense.self, "out=10").text == "dense:out=10,bias=1")
    #expect(
      try read(Dense.self, "act=relu,bias=0,out=10").text == "dense:out=10,bias=0,act=relu")
    #expect(try read(GlobalPool.self, "").text == "globalpool:type=avg")
    #expect(try read(GlobalPool.self, "type=max").text == "globalpool:type=max")
    #expect(try read(Scale.self, "").text == "scale:gate=channel")
    #expect(try read(Scale.self, "gate=pixel").text == "scale:gate=pixel")
    #expect(try read(Concat.self, "").text == "concat:n=2")
    #expect(try read(Concat.self, "n=64").text == "concat:n=64")
    #expect(try read(ReLU.self, "").text == "relu")
    #expect(try read(Sigmoid.self, "").text == "sigmoid")
    #expect(try read(ReLU6.self, "").text == "relu6")
    #expect(try read(SiLU.self, "").text == "silu")
    #expect(try read(HardSigmoid.self, "").text == "hard-sigmoid")
    #expect(try read(HardSwish.self, "").text == "hard-swish")
    #expect(try read(BatchNorm.self, "").text == "batchnorm")
    #expect(try read(Add.self, "").text == "add")
    #expect(try read(ChannelPool.self, "").text == "channelpool")
  }

  @Test func theTextOfAValueReadsAsThatValue() throws {
    for kernel in [Pair(1), Pair(3), Pair(2, 5)] {
      for stride in [Pair(1), Pair(2, 3)] {
        for groups in [1, 4] {
          for activation in Activation.allCases {
            let op = Conv2D(
              out: 12, kernel: kernel, stride: stride, padding: Padding(kernel.h / 2, 0), dilation: stride,
              groups: groups, bias: groups == 1, activation: activation)
            #expect(try read(Conv2D.self, values(op)) == op)
          }
          for kind in Pool2D.Kind.allCases {
            let op = Pool2D(
              kind, window: kernel, stride: stride, padding: Padding(0, 1), dilation: stride,
              ceilMode: groups == 1,
              countPadding: groups == 4)
            #expect(try read(Pool2D.self, values(op)) == op)
          }
        }
      }
    }
  }

  @Test func attributesKeepTheirOrder() {
    let list = Conv2D(out: 3, kernel: Pair(3, 1)).attributes
    #expect(list.map(\.key) == ["out", "k", "s", "p", "d", "g", "bias"])
    #expect(list.map(\.value) == ["3", "3x1", "1", "0", "1", "1", "1"])
    #expect(Attribute("k", 3) == Attribute("k", Pair(3)))
    #expect(Attribute("bias", false) == Attribute("bias", 0))
    #expect(Pair(2, 3).description == "2x3" && Pair(2, 2) == Pair(2))
  }

  @Test(arguments: [
    ("", "conv needs out=NUMBER"),
    ("k=3", "conv needs out=NUMBER"),
    ("out", "'out' in conv is not key=value"),
    ("out=", "'out=' in conv is not key=value"),
    ("=3", "'=3' in conv is not key=value"),
    ("out=3,", "'' in conv is not key=value"),
    ("out=3,,k=1", "'' in conv is not key=value"),
    ("out=3,out=3", "conv has the key 'out' twice"),
    ("out=3,k=1,s=2,k=1", "conv has the key 'k' twice"),
    ("out=0", "out=0 in conv must be a whole number from 1 to 16777216"),
    ("out=-3", "out=-3 in conv must be a whole number from 1 to 16777216"),
    ("out=many", "out=many in conv must be a whole number from 1 to 16777216"),
    ("out=1.5", "out=1.5 in conv must be a whole number from 1 to 16777216"),
    ("out=16777217", "out=16777217 in conv must be a whole number from 1 to 16777216"),
    (
      "out=99999999999999999999", "out=99999999999999999999 in conv must be a whole number from 1 to 16777216"
    ),
    ("out=3=4", "out=3=4 in conv must be a whole number from 1 to 16777216"),
    ("out=3,k=0", "k=0 in conv must be a whole number from 1 to 16777216"),
    ("out=3,k=3x0", "k=0 in conv must be a whole number from 1 to 16777216"),
    ("out=3,k=3x", "k= in conv must be a whole number from 1 to 16777216"),
    ("out=3,k=3x3x3", "k=3x3x3 in conv must be a number such as 3 or a pair such as 3x5"),
    ("out=3,s=0", "s=0 in conv must be a whole number from 1 to 16777216"),
    ("out=3,d=0", "d=0 in conv must be a whole number from 1 to 16777216"),
    ("out=3,g=0", "g=0 in conv must be a whole number from 1 to 16777216"),
    (
      "out=3,p=1x2x3",
      "p=1x2x3 in conv must be a number such as 3, a pair such as 3x5, or four sides such as 0x1x0x1"
    ),
    (
      "out=3,p=1x2x3x4x5",
      "p=1x2x3x4x5 in conv must be a number such as 3, a pair such as 3x5, or four sides such as 0x1x0x1"
    ),
    ("out=3,p=0x1x-2x0", "p=-2 in conv must be a whole number from 0 to 16777216"),
    ("out=3,p=0x1xx0", "p= in conv must be a whole number from 0 to 16777216"),
    ("out=3,p=16777217x0x0x0", "p=16777217 in conv must be a whole number from 0 to 16777216"),
    ("out=3,p=-1", "p=-1 in conv must be a whole number from 0 to 16777216"),
    ("out=3,bias=2", "bias=2 in conv must be 0 or 1"),
    ("out=3,bias=yes", "bias=yes in conv must be 0 or 1"),
    (
      "out=3,act=gelu",
      "act=gelu in conv must be one of: none relu relu6 sigmoid silu hard-sigmoid hard-swish"
    ),
    (
      "out=3,biass=1",
      "'biass' is not a key of conv; known keys: out k s p d g bias act; did you mean 'bias'?"
    ),
    ("ot=3,out=3", "'ot' is not a key of conv; known keys: out k s p d g bias act; did you mean 'out'?"),
    ("out=3,channels=4", "'channels' is not a key of conv; known keys: out k s p d g bias act"),
  ])
  func convolutionThatCannotBeRead(text: String, expected: String) {
    #expect(message { () throws(OperatorError) in try read(Conv2D.self, text) } == expected)
  }

  @Test(arguments: [
    ("type=min", "type=min in pool must be one of: max avg"),
    ("ceil=true", "ceil=true in pool must be 0 or 1"),
    ("countpad=2", "countpad=2 in pool must be 0 or 1"),
    ("k=0", "k=0 in pool must be a whole number from 1 to 16777216"),
    ("d=0", "d=0 in pool must be a whole number from 1 to 16777216"),
    ("s=0", "s=0 in pool must be a whole number from 1 to 16777216"),
    (
      "kountpad=1",
      "'kountpad' is not a key of pool; known keys: type k s p d ceil countpad; did you mean 'countpad'?"
    ),
  ])
  func poolThatCannotBeRead(text: String, expected: String) {
    #expect(message { () throws(OperatorError) in try read(Pool2D.self, text) } == expected)
  }

  @Test(arguments: ["0", "1", "-0.1", "nan", "inf", "1e-400", "1e400", "small", "0x", "1e-5x"])
  func anEpsilonThatCannotBeRead(text: String) {
    #expect(
      message { () throws(OperatorError) in try read(BatchNorm.self, "eps=\(text)") }
        == "eps=\(text) in batchnorm must be a number above 0 and below 1")
  }

  @Test(arguments: [("0.001", 1e-3), ("1e-3", 1e-3), ("0.00001", 1e-5), ("0.999", 0.999), ("1e-300", 1e-300)])
  func anEpsilonThatCanBeRead(text: String, value: Double) throws {
    let op = try read(BatchNorm.self, "eps=\(text)")
    #expect(op.epsilon == value && op == BatchNorm(epsilon: value))
    #expect(try read(BatchNorm.self, values(op)) == op)
  }

  @Test func othersThatCannotBeRead() {
    #expect(
      message { () throws(OperatorError) in try read(ReLU.self, "k=1") }
        == "'k' is not a key of relu; relu has no keys")
    #expect(message { () throws(OperatorError) in try read(Dense.self, "") } == "dense needs out=NUMBER")
    #expect(
      message { () throws(OperatorError) in try read(Scale.self, "gate=image") }
        == "gate=image in scale must be one of: channel pixel")
    #expect(
      message { () throws(OperatorError) in try read(Concat.self, "n=65") }
        == "n=65 in concat must be at most 64")
    #expect(
      message { () throws(OperatorError) in try read(GlobalPool.self, "kind=max") }
        == "'kind' is not a key of globalpool; known keys: type")
  }

  @Test func nearestWord() {
    let words = ["conv", "pool", "dense", "globalpool"]
    #expect(Words.nearest("conb", among: words) == "conv")
    #expect(Words.nearest("convv", among: words) == "conv")
    #expect(Words.nearest("pol", among: words) == "pool")
    #expect(Words.nearest("cnov", among: words) == "conv")
    #expect(Words.nearest("globelpol", among: words) == "globalpool")
    #expect(Words.nearest("conv", among: words) == "conv")
    #expect(Words.nearest("softmax", among: words) == nil)
    #expect(Words.nearest("conv", among: []) == nil)
    #expect(Words.nearest("", among: words) == nil)
  }
}

/// Operators on shapes that they cannot take.
@Suite struct ShapeErrorTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let op: any Operator
    let inputs: [Shape]
    let message: String

    init(_ op: any Operator, _ inputs: Shape..., says message: String) {
      (self.op, self.inputs, self.message) = (op, inputs, message)
    }

    var testDescription: String { "\(op.text) on \(inputs.map(\.description).joined(separator: " and "))" }
  }

  static let convolutions = [
    Row(
      Conv2D(out: 4, groups: 3), Shape(1, 8, 5, 5),
      says: "groups g=3 do not divide the 8 input channels of 1x8x5x5"),
    Row(
      Conv2D(out: 4, groups: 16), Shape(1, 8, 5, 5),
      says: "groups g=16 do not divide the 8 input channels of 1x8x5x5"),
    Row(
      Conv2D(out: 6, groups: 4), Shape(1, 8, 5, 5),
      says: "groups g=4 do not divide the out=6 output channels"),
    Row(
      Conv2D(out: 1, kernel: Pair(8), padding: Padding(1)), Shape(1, 1, 5, 9),
      says: "the kernel 8 with dilation 1 is larger than the padded image of 1x1x5x9, padding 1"),
    Row(
      Conv2D(out: 1, kernel: Pair(1, 3), dilation: Pair(1, 4)), Shape(1, 1, 5, 8),
      says: "the kernel 1x3 with dilation 1x4 is larger than the padded image of 1x1x5x8, padding 0"),
    Row(Conv2D(out: 1), Shape(3, 4), says: "conv takes N×C×H×W, not the shape 3x4"),
    Row(Conv2D(out: 1), Shape(1, 1, 1, 1, 1), says: "conv takes N×C×H×W, not the shape 1x1x1x1x1"),
    Row(Conv2D(out: 1), Shape(1, 1, 1, 1), Shape(1, 1, 1, 1), says: "conv takes 1 input, not 2"),
    Row(
      Conv2D(out: 1 << 24), Shape(1, 1, 1 << 10, 1 << 10),
      says: "a tensor of 1x16777216x1024x1024 is too large"),
  ]

  static let transposed = [
    Row(
      ConvTranspose2D(out: 6, groups: 4), Shape(1, 6, 3, 3),
      says: "groups g=4 do not divide the 6 input channels of 1x6x3x3"),
    Row(
      ConvTranspose2D(out: 6, groups: 4), Shape(1, 8, 3, 3),
      says: "groups g=4 do not divide the out=6 output channels"),
    Row(
      ConvTranspose2D(out: 1, kernel: Pair(3), stride: Pair(2), outputPadding: Pair(2, 1)), Shape(1, 1, 3, 3),
      says: "output padding op=2x1 must be below the stride s=2 or the dilation d=1"),
    Row(
      ConvTranspose2D(out: 1, kernel: Pair(3), padding: Padding(0, 3)), Shape(1, 1, 3, 3),
      says: "the padding p=0x3 leaves nothing of the output for 1x1x3x3"),
    Row(
      ConvTranspose2D(out: 1, stride: Pair(1 << 24, 1)), Shape(1, 1, 1 << 36, 1),
      says: "a count of 68719476735 × 16777216 is too large; at most 2^56 is possible"),
    Row(
      ConvTranspose2D(out: 1, stride: Pair(1 << 20)), Shape(1, 1, 1 << 10, 1 << 10),
      says: "a count of 1 × 1 × 1072693249 × 1072693249 is too large; at most 2^56 is possible"),
    Row(ConvTranspose2D(out: 1), Shape(3, 4), says: "conv-transpose takes N×C×H×W, not the shape 3x4"),
    Row(
      Subsample(out: 3, stride: 2), Shape(1, 4, 3, 3),
      says: "out=3 of subsample must be at least the 4 channels of 1x4x3x3"),
  ]

  static let pools = [
    Row(
      Pool2D(.max, window: Pair(3), padding: Padding(2)), Shape(1, 1, 9, 9),
      says: "padding p=2 of pool must be at most half the window k=3"),
    Row(
      Pool2D(.avg, window: Pair(4, 2), padding: Padding(2)), Shape(1, 1, 9, 9),
      says: "padding p=2 of pool must be at most half the window k=4x2"),
    Row(
      Pool2D(.max, window: Pair(8), padding: Padding(1)), Shape(1, 1, 5, 9),
      says: "the window 8 is larger than the padded image of 1x1x5x9, padding 1"),
    Row(
      Pool2D(.max, window: Pair(3), padding: Padding(1), dilation: Pair(1, 5)), Shape(1, 1, 5, 8),
      says: "the window 3 with dilation 1x5 is larger than the padded image of 1x1x5x8, padding 1"),
    Row(
      Pool2D(.avg, window: Pair(2), padding: Padding(1), dilation: Pair(10, 1)), Shape(1, 1, 9, 9),
      says:
        "somewhere the window 2 with dilation 10x1 has no element of 1x1x9x9 to take the mean of, padding 1"),
    Row(Pool2D(.max, window: Pair(1)), Shape(5), says: "pool takes N×C×H×W, not the shape 5"),
    Row(GlobalPool(.max), Shape(5, 6, 7), says: "globalpool takes N×C×H×W, not the shape 5x6x7"),
    Row(ChannelPool(), Shape(5, 6, 7), says: "channelpool takes N×C×H×W, not the shape 5x6x7"),
  ]

  static let others = [
    Row(Dense(out: 3), Shape(5), says: "dense takes 1 input of rank 2 or more, such as 1x2048"),
    Row(Dense(out: 1 << 24), Shape(1 << 20, 1), says: "a tensor of 1048576x16777216 is too large"),
    Row(BatchNorm(), Shape(5), says: "batchnorm takes 1 input of rank 2 or more"),
    Row(ReLU(), Shape(5), Shape(5), says: "relu takes 1 input, not 2"),
    Row(Sigmoid(), Shape(5), Shape(5), says: "sigmoid takes 1 input, not 2"),
    Row(Add(), Shape(5), Shape(6), says: "add takes 2 inputs of one shape, not 5 and 6"),
    Row(Add(), Shape(5), says: "add takes 2 inputs of one shape, not 5"),
    Row(Scale(.channel), Shape(1, 2, 3, 3), says: "scale takes an image and a gate, not 1 inputs"),
    Row(
      Scale(.channel), Shape(1, 2, 3, 3), Shape(1, 3),
      says: "scale of 1x2x3x3 by channel takes a gate of 1x2x1x1, not 1x3"),
    Row(
      Scale(.pixel), Shape(1, 2, 3, 3), Shape(1, 2, 3, 3),
      says: "scale of 1x2x3x3 by pixel takes a gate of 1x1x3x3, not 1x2x3x3"),
    Row(Scale(.pixel), Shape(2, 3), Shape(2, 3), says: "scale takes N×C×H×W, not the shape 2x3"),
    Row(
      Concat(2), Shape(1, 2, 3, 3), Shape(1, 2, 3, 4),
      says: "concat takes 2 inputs that differ in their channels only"),
    Row(
      Concat(2), Shape(1, 2, 3, 3), says: "concat takes 2 inputs that differ in their channels only"),
    Row(Concat(1), Shape(2, 3), says: "concat takes 1 inputs that differ in their channels only"),
  ]

  @Test(arguments: convolutions + transposed + pools + others)
  func outputsAndCostSayWhatIsWrong(row: Row) {
    #expect(message { () throws(OperatorError) in try row.op.outputs(row.inputs) } == row.message)
    #expect(message { () throws(OperatorError) in try row.op.cost(row.inputs) } == row.message)
  }

  @Test func inputsOfOneShapeSayWhatIsWrong() {
    for op in [Scale(.channel), Scale(.pixel)] {
      #expect(
        message { () throws(OperatorError) in try op.inputs(for: [Shape(2, 3)]) }
          == "scale takes N×C×H×W, not the shape 2x3")
    }
    #expect(
      message { () throws(OperatorError) in try Concat(2).inputs(for: [Shape(2, 3)]) }
        == "concat takes N×C×H×W, not the shape 2x3")
  }

  @Test func impossibleValuesStopTheProgram() async {
    await #expect(processExitsWith: .failure) { print(Conv2D(out: 0)) }
    await #expect(processExitsWith: .failure) { print(Conv2D(out: 1, stride: Pair(0))) }
    await #expect(processExitsWith: .failure) { print(Conv2D(out: 1, padding: Padding(-1))) }
    await #expect(processExitsWith: .failure) { print(Dense(out: 0)) }
    await #expect(processExitsWith: .failure) { print(Concat(0)) }
    await #expect(processExitsWith: .failure) { print(Pool2D(.max, window: Pair(0))) }
  }
}
