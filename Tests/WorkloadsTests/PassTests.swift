import Models
import Operators
import Tensors
import Testing
import Workloads

/// Workloads taken backward.
@Suite struct PassTests {
  @Test(arguments: Pass.allCases)
  func theTextNamesThePass(pass: Pass) throws {
    let workload = try Workload("conv:out=8,k=3,p=1@2x4x7x7").with(Way(pass))
    let text = "conv:out=8,k=3,s=1,p=1,d=1,g=1,bias=1@2x4x7x7"
    #expect(workload.text == (pass == .forward ? text : "\(text)/\(pass.rawValue)"))
    #expect(workload.name == workload.text && workload.pass == pass)
    #expect(try Workload(workload.text).text == workload.text)
  }

  @Test func aNameOfItsOwnTellsThePass() throws {
    let workload = try Workload("relu@1x2x3x4", name: "mine", multiplicity: 3).with(Way(.backward))
    #expect(workload.name == "mine backward" && workload.multiplicity == 3)
  }

  /// What comes in and goes out.
  @Test(arguments: [
    ("conv:out=8,k=3,p=1@2x4x7x7/backward-data", ["2x8x7x7"], ["2x4x7x7"]),
    ("conv:out=8,k=3,p=1,bias=0@2x4x7x7/backward-weights", ["2x4x7x7", "2x8x7x7"], ["8x4x3x3"]),
    ("conv:out=8,k=3,p=1@2x4x7x7/backward", ["2x8x7x7", "2x4x7x7"], ["2x4x7x7", "8x4x3x3", "8"]),
    ("dense:out=5@3x7/backward", ["3x5", "3x7"], ["3x7", "5x7", "5"]),
    ("relu@1x2x3x4/backward", ["1x2x3x4", "1x2x3x4"], ["1x2x3x4"]),
    ("batchnorm@2x3x4x4/backward", ["2x3x4x4", "2x3x4x4", "3", "3"], ["2x3x4x4", "3", "3"]),
    ("batchnorm:frozen=1@2x3x4x4/backward", ["2x3x4x4", "2x3x4x4"], ["2x3x4x4", "3", "3"]),
    ("add@1x2x3x4/training", ["1x2x3x4", "1x2x3x4", "1x2x3x4"], ["1x2x3x4", "1x2x3x4", "1x2x3x4"]),
  ])
  func whatIsTakenAndGiven(text: String, inputs: [String], outputs: [String]) throws {
    let workload = try Workload(text)
    #expect(Set(workload.inputs.map(\.description)) == Set(inputs) && workload.inputs.count == inputs.count)
    #expect(workload.outputs.map(\.description) == outputs)
  }

  @Test(arguments: [
    ("relu@1x2x3x4/backward-weights", "relu has no weights for the pass backward-weights"),
    ("batchnorm@1x8x1x1/training", "more than one value for each channel, not 1x8x1x1"),
    ("spatial-attention:k=3@1x8x1x1/backward", "bn: batchnorm in training takes more than one value"),
    ("relu@1x2x3x4/bakward", "'bakward' is not a pass"), ("relu@1x2x3x4/", "'' is not a pass"),
    ("relu@1x2x3x4/forward/backward", "'forward/backward' is not a pass"),
    ("relu@1x2x3x4/backward:rate=1", "the pass backward has no keys"),
    ("relu@1x2x3x4/training:rate=1", "keys of the pass training are for networks"),
    ("resnet18@2x3x64x64/training:rate=0", "rate=0 in training must be a number above 0"),
    ("resnet18@2x3x64x64/training:momentum=1", "momentum=1 in training must be a number from 0 to below 1"),
    ("resnet18@2x3x64x64/training:decay=-1", "decay=-1 in training must be a number from 0"),
    ("resnet18@2x3x64x64/training:nesterov=1,momentum=0", "nesterov=1 needs a momentum above 0"),
    ("resnet18@2x3x64x64/training:rat=1", "'rat' is not a key of training"),
    ("cross-entropy@8x10x2", "takes logits N×C"), ("cross-entropy@8x10,8", "takes the shape of its logits"),
    ("conv-transpose:out=2,k=2,s=1,d=3,op=2@1x2x4x4/backward", "op=2 is not below the stride s=1"),
  ])
  func mistakesAreNamed(text: String, part: String) {
    let error = #expect(throws: UsageError.self) { try Workload(text) }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }

  /// Multiply-adds of `torch.utils.flop_counter` (2.13, its count divided by 2) for a backward pass of torchvision's networks
  /// whose image has no gradient.
  @Test(arguments: [
    ("resnet18@1x3x224x224", 1_814_073_344, 3_510_132_736),
    ("resnet50@1x3x224x224", 4_089_184_256, 8_060_354_560),
    ("vgg16@1x3x224x224", 15_470_264_320, 30_853_824_512),
    ("googlenet@1x3x224x224", 1_498_376_192, 2_878_738_432), ("cbam@1x256x56x56", 323_712, 647_424),
  ])
  func countsAreTorchs(text: String, forward: Int, backward: Int) throws {
    #expect(try Workload(text).cost.macs == forward)
    #expect(try Workload("\(text)/backward").cost.macs == backward)
    #expect(try Workload("\(text)/training").cost.macs == forward + backward)
  }

  /// What is learned counts once, whoever reads it.
  @Test(arguments: [
    "cbam:r=4@2x16x8x8", "bottleneck:width=4,s=2,attention=se,r=2@2x8x9x9", "resnet18@2x3x32x32",
  ])
  func parametersCountOnce(text: String) throws {
    let (forward, training) = (try Workload(text), try Workload("\(text)/training"))
    #expect(training.cost.parameters == forward.cost.parameters)
    let weights = try training.op.weights(training.inputs).filter { $0.role != .velocity }
    #expect(try weights == forward.op.weights(forward.inputs))
  }

  /// Every example of the command line can be taken both ways.
  @Test(arguments: Modules.examples)
  func examplesHaveGradients(text: String) throws {
    // Of one image, the last maps of a small network would leave batch norm a single value.
    let forward = try Workload(text.replacing("@1x3x32x32", with: "@2x3x32x32"))
    let training = try forward.with(Way(.training))
    // A network's step gives its loss, not its logits.
    let first = forward.named is Network ? [TensorType(1)] : forward.outputs
    #expect(training.outputs.starts(with: first) && training.outputs.count > first.count)
  }
}
