import Kernels
import Models
import Operators
import Support
import Tensors
import Testing
import TiledKernels

/// What regions say that they compute, from which profiles take their rates.
@Suite struct StageTests {
  /// Every stage of an operator, under every kernel that computes it, belongs to one region of one layer. Would catch: a name
  /// that the graph does not have, which stops the program; a stage that nobody names, whose work no profile counts; one
  /// that two regions name.
  @Test(arguments: Modules.examples)
  func regionsCoverEveryStageOnce(text: String) throws {
    let sides = text.split(separator: "@")
    let op = try Modules.parse(sides[0])
    let shapes = try op.inputs(for: sides[1].split(separator: ",").map { try Shape(text: $0) })
    let stages = try op.stages(shapes)
    let weights = try Weights.filled(op, shapes.map(\.shape))
    for isa in availableISAs {
      for choice in Catalogue(tiledKernels).choices(op, shapes, isa: isa) {
        let task = KernelTask(op, shapes, weights: weights, isa: isa, form: choice.form)
        let prepared = try choice.kernel.prepare(task)
        var owners = [Set<String>](repeating: [], count: stages.count)
        for region in try regions(prepared, op, shapes) {
          for stage in region.numbers(in: stages) { owners[stage].insert("\(region.layer): \(region.name)") }
        }
        for (stage, owners) in zip(stages, owners) {
          #expect(owners.count == 1, "\(choice.kernel.name) \(isa): \(stage.name) is in \(owners.sorted())")
        }
      }
    }
  }

  private func regions(
    _ prepared: any Prepared, _ op: any Operator, _ shapes: [TensorType]
  ) throws -> [Region] {
    let inputs = try shapes.map { try Tensor<Float>($0.shape) }
    let output = try Tensor<Float>(try op.output(shapes).shape)
    let workspace = try Tensor<Float>(Shape(max(1, prepared.workspace(threads: 1))))
    return prepared.bind(inputs, [output], workspace: workspace, threads: 1)
  }

  @Test func aRegionNamesStagesAndBlocks() throws {
    let stages = try SqueezeExcitation(reduction: 2).stages([TensorType(1, 4, 3, 3)])
    #expect(stages.map(\.name) == ["squeeze", "mlp.fc1", "mlp.fc2", "sigmoid", "scale"])
    let region = Region("some", tiles: 1) { _, _ in }
    #expect(region.numbers(in: stages).isEmpty)
    #expect(region.computing("mlp", "scale").numbers(in: stages) == [1, 2, 4])
    #expect(region.computing("").numbers(in: stages) == Set(0..<5))
  }

  @Test func aWrongNameStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      let stages = try SqueezeExcitation(reduction: 2).stages([TensorType(1, 4, 3, 3)])
      _ = Region("some", tiles: 1) { _, _ in }.computing("fc1").numbers(in: stages)
    }
  }
}
