import Execution
import Kernels
import Operators
import Tensors
import Testing

/// Which forms the steps take so that kernels and reorders together are fastest.
@Suite struct LayoutChoiceTests {
  private static let type = TensorType(1, 16, 8, 8)
  private static let blocked = Layout.blocked(8)

  private static func form(_ takes: Layout, _ gives: Layout, _ cycles: Double) -> Form {
    Form(takes: [takes], gives: [gives], cycles: cycles)
  }

  /// Steps one after the other, the first of which reads the input; a reorder takes so many cycles.
  private func chain(_ forms: [[Form]], reorder: Double?) -> [Int]? {
    let steps = forms.enumerated().map { index, forms in
      LayoutChoice.Step(
        forms: forms, reads: [index == 0 ? .input(0) : .node(index - 1)], types: [Self.type], inputCount: 1)
    }
    return choice(steps, outputs: [.node(forms.count - 1)], reorder: reorder)
  }

  private func choice(_ steps: [LayoutChoice.Step], outputs: [Graph.Source], reorder: Double?) -> [Int]? {
    LayoutChoice(steps, outputs: outputs.map { ($0, Self.type) }) { _, from, to in
      #expect(from != to)
      return reorder
    }.chosen()
  }

  /// Between plain 100 and blocked 60 cycles a step gains 40; two reorders cost 50 each.
  @Test(arguments: [(1, 0), (2, 0), (3, 1), (4, 1)])
  func aBlockedLayoutPaysIfEnoughNeighboursTakeIt(length: Int, form: Int) {
    let both = [Self.form(.nchw, .nchw, 100), Self.form(Self.blocked, Self.blocked, 60)]
    let chosen = chain(Array(repeating: both, count: length), reorder: 50)
    #expect(chosen == Array(repeating: form, count: length))
  }

  /// In the middle of three stands one without a blocked form: 2 · 40 gained, four reorders.
  @Test func oneWithoutABlockedFormBreaksTheChain() {
    let plain = Self.form(.nchw, .nchw, 100)
    let both = [plain, Self.form(Self.blocked, Self.blocked, 60)]
    #expect(chain([both, [plain], both], reorder: 50) == [0, 0, 0])
    #expect(chain([both, [plain], both], reorder: 19) == [1, 0, 1])
  }

  /// Forms that change the layout while they compute.
  @Test func formsThatChangeTheLayoutNeedNoReorder() {
    let first = [Self.form(.nchw, .nchw, 100), Self.form(.nchw, Self.blocked, 90)]
    let last = [Self.form(.nchw, .nchw, 100), Self.form(Self.blocked, .nchw, 90)]
    #expect(chain([first, last], reorder: nil) == [1, 1])
    #expect(chain([first, [Self.form(.nchw, .nchw, 100)]], reorder: nil) == [0, 0])
  }

  /// The fastest form of every step cannot be had; what can be had is.
  @Test func whatCannotBeReorderedIsNotChosen() {
    let both = [Self.form(Self.blocked, Self.blocked, 1), Self.form(.nchw, .nchw, 100)]
    #expect(chain([both, both], reorder: nil) == [1, 1])
    #expect(chain([both, both], reorder: 10) == [0, 0])
    let none = [Self.form(Self.blocked, Self.blocked, 1), Self.form(.blocked(4), .blocked(4), 1)]
    #expect(chain([none, none], reorder: nil) == nil)
  }

  /// Input and results of the whole are NCHW, be they read inside or not.
  @Test func aResultThatIsAlsoReadInsideIsPlain() {
    let both = [Self.form(.nchw, .nchw, 100), Self.form(.nchw, Self.blocked, 80)]
    let reader = [Self.form(Self.blocked, .nchw, 50)]
    let steps = [
      LayoutChoice.Step(forms: both, reads: [.input(0)], types: [Self.type], inputCount: 1),
      LayoutChoice.Step(forms: reader, reads: [.node(0)], types: [Self.type], inputCount: 1),
    ]
    #expect(choice(steps, outputs: [.node(1)], reorder: 1000) == [1, 0])
    // One reorder in either case: the cheaper form.
    #expect(choice(steps, outputs: [.node(1), .node(0)], reorder: 1000) == [1, 0])
  }

  /// A residual lies as the result does.
  @Test(arguments: [(10.0, 1), (30.0, 0)])
  func aResidualLiesAsTheResult(reorder: Double, form: Int) {
    let both = [Self.form(.nchw, .nchw, 100), Self.form(Self.blocked, Self.blocked, 50)]
    let steps = [
      LayoutChoice.Step(
        forms: both, reads: [.input(0), .input(1)], types: [Self.type, Self.type], inputCount: 1)
    ]
    // Input, residual and result: three reorders against 50 cycles.
    #expect(choice(steps, outputs: [.node(0)], reorder: reorder) == [form])
  }

  @Test func nothingToChoose() {
    #expect(choice([], outputs: [.input(0)], reorder: nil) == [])
    #expect(chain([[Self.form(.nchw, .nchw, 1)]], reorder: nil) == [0])
  }
}
