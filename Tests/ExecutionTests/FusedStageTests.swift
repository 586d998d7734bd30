import Execution
import Kernels
import Operators
import Support
import Tensors
import Testing

/// Which stages one kernel computes together.
@Suite struct FusedStageTests {
  private static let image = TensorType(1, 4, 5, 5)
  private static let all: Set<Epilogue> = [.batchNorm, .residual, .activation]

  /// The groups of a graph whose convolutions, and nothing else, can fuse.
  private func groups(_ epilogues: Set<Epilogue> = all, _ wire: (inout Graph) -> Void) throws -> [FusedStage]
  {
    let stages = try Wired("small", wire).stages([Self.image])
    let groups = FusedStage.groups(stages) { stages[$0].op is Conv2D ? epilogues : [] }
    let members = groups.flatMap { [$0.root] + $0.others }
    #expect(members.sorted() == Array(stages.indices), "every stage is in one group")
    return groups
  }

  @Test func batchNormAndActivationFollowAConvolution() throws {
    let groups = try groups { g in
      g.add("bn", BatchNorm(), g.add("conv", Conv2D(out: 4), .input(0)))
      g.add("relu", ReLU(), g.outputs[0])
    }
    #expect(groups.count == 1)
    #expect(groups[0].root == 0 && groups[0].last == 2 && groups[0].others == [1, 2])
    #expect(groups[0].batchNorm == 1 && groups[0].residual == nil && groups[0].activation == .relu)
    #expect(groups[0].isFusible(by: [.batchNorm, .relu]) && !groups[0].isFusible(by: [.batchNorm]))
    #expect(!groups[0].isFusible(by: [.relu, .residual]))
  }

  @Test(arguments: [true, false])
  func aResidualMayStandOnEitherSide(isFirst: Bool) throws {
    let groups = try groups { g in
      let conv = g.add("conv", Conv2D(out: 4), .input(0))
      let sum = isFirst ? g.add("sum", Add(), .input(0), conv) : g.add("sum", Add(), conv, .input(0))
      g.add("relu", ReLU(), sum)
    }
    #expect(groups.count == 1)
    #expect(groups[0].residual == .input(0) && groups[0].activation == .relu && groups[0].last == 2)
  }

  /// The later of two convolutions takes the sum: the other's result must be there by then.
  @Test func ofTwoBranchesOneTakesTheSum() throws {
    let groups = try groups { g in
      let (a, b) = (
        g.add("a", Conv2D(out: 4), .input(0)), g.add("b", Conv2D(out: 4, kernel: Pair(1)), .input(0))
      )
      g.add("sum", Add(), a, b)
    }
    #expect(groups.map(\.root) == [1, 0] && groups.map(\.last) == [1, 2])
    #expect(groups[0].others.isEmpty && groups[1].residual == .node(1))
  }

  @Test func aSumOfAResultWithItselfIsNotFused() throws {
    let groups = try groups { g in
      let conv = g.add("conv", Conv2D(out: 4), .input(0))
      g.add("sum", Add(), conv, conv)
    }
    #expect(groups.map(\.root) == [0, 1] && groups.allSatisfy { $0.others.isEmpty })
  }

  @Test func aSecondSumIsNotFused() throws {
    let groups = try groups { g in
      let first = g.add("first", Add(), g.add("conv", Conv2D(out: 4), .input(0)), .input(0))
      g.add("second", Add(), first, .input(0))
    }
    #expect(groups.map(\.root) == [0, 2] && groups[0].others == [1])
  }

  @Test func aResultWithTwoReadersStays() throws {
    let groups = try groups { g in
      let conv = g.add("conv", Conv2D(out: 4), .input(0))
      g.add("sum", Add(), g.add("relu", ReLU(), conv), conv)
    }
    #expect(groups.map(\.root) == [0, 1, 2] && groups.allSatisfy { $0.others.isEmpty })
  }

  @Test func aResultThatTheGraphGivesStays() throws {
    let groups = try groups { g in
      let conv = g.add("conv", Conv2D(out: 4), .input(0))
      let relu = g.add("relu", ReLU(), conv)
      g.outputs = [relu, conv]
    }
    #expect(groups.map(\.root) == [0, 1] && groups.allSatisfy { $0.others.isEmpty })
  }

  @Test func aSharedBatchNormIsNotFolded() throws {
    let groups = try groups { g in
      let own = g.add("own", BatchNorm(), .input(0))
      g.add("shared", BatchNorm(), g.add("conv", Conv2D(out: 4), own), sharing: own)
    }
    #expect(groups.map(\.root) == [0, 1, 2])
  }

  @Test func aBatchNormAfterAnActivationIsNotFolded() throws {
    let groups = try groups { g in
      let relu = g.add("relu", ReLU(), g.add("conv", Conv2D(out: 4), .input(0)))
      g.add("bn", BatchNorm(), relu)
    }
    #expect(groups.map(\.root) == [0, 2] && groups[0].activation == .relu)
  }

  @Test func whatTheKernelCannotFuseStays() throws {
    func wire(_ g: inout Graph) {
      let conv = g.add("conv", Conv2D(out: 4), .input(0))
      g.add("silu", SiLU(), g.add("sum", Add(), g.add("bn", BatchNorm(), conv), .input(0)))
    }
    #expect(try groups([], wire).count == 4)
    #expect(try groups([.batchNorm], wire).map(\.root) == [0, 2, 3])
    // A sum cannot come before the batch norm.
    #expect(try groups([.residual, .activation], wire).map(\.root) == [0, 1, 2, 3])
    #expect(try groups([.batchNorm, .residual, .relu], wire).map(\.root) == [0, 3])
    #expect(try groups(FusedStageTests.all, wire).map(\.root) == [0])
  }

  /// What is fused stands for one output: a stage with several keeps them.
  @Test(arguments: [0, 1])
  func aStageWithSeveralOutputsStays(output: Int) throws {
    let stages = try Wired("small") { g in
      g.add("both", TwoHalves(), .input(0))
      g.add("relu", ReLU(), .node(0, output: output))
    }.stages([Self.image])
    let groups = FusedStage.groups(stages) { _ in FusedStageTests.all }
    #expect(groups.map(\.root) == [0, 1])
  }

  /// One output added to the other is no residual either.
  @Test func outputsOfOneStageThatAreAddedStay() throws {
    let stages = try Wired("small") { g in
      g.add("both", TwoHalves(), .input(0))
      g.add("sum", Add(), .node(0), .node(0, output: 1))
    }.stages([Self.image])
    #expect(FusedStage.groups(stages) { _ in FusedStageTests.all }.map(\.root) == [0, 1])
  }
}

/// The first and the second half of the channels.
private struct TwoHalves: Operator {
  let keyword = "two-halves"

  func outputs(_ inputs: [TensorType]) throws(OperatorError) -> [TensorType] {
    let half = TensorType(inputs[0].n, inputs[0].c / 2, inputs[0].h, inputs[0].w)
    return [half, half]
  }

  func cost(_ inputs: [TensorType]) throws(OperatorError) -> Cost {
    Cost(others: 0, inputs: inputs, weights: [], outputs: try outputs(inputs))
  }
}
