import Engines
import Testing
import Workloads

/// The lines that describe a task to another engine.
@Suite struct TaskTextTests {
  @Test func aConvolutionSpellsItsWindows() throws {
    let text = try TaskText(Workload("conv:out=6,k=3,s=2x1,p=1x2,g=2@1x4x9x8")).description
    #expect(
      text == """
        task 1
        workload conv:out=6,k=3,s=2x1,p=1x2,d=1,g=2,bias=1@1x4x9x8
        input 1x4x9x8 input0.npy
        weight 6x2x3x3 weight0.npy weight
        weight 6 weight1.npy bias
        node conv conv input:0 0,1 1x6x5x10 out=6 k=3x3 s=2x1 p=1x2x1x2 d=1x1 g=2 bias=1
        output 1x6x5x10 output0.npy node:0

        """)
  }

  /// The MLP of channel attention is used twice: its weights are files once.
  @Test func sharedWeightsAreOneFile() throws {
    let lines = try TaskText(Workload("channel-attention:r=2@1x8x5x5")).description.split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("weight ") }.count == 4)
    let dense = lines.filter { $0.hasPrefix("node dense ") }.map { $0.split(separator: " ")[4] }
    #expect(dense.sorted() == ["0,1", "0,1", "2,3", "2,3"])
    #expect(
      lines.last == "output 1x8x5x5 output0.npy node:\(lines.filter { $0.hasPrefix("node ") }.count - 1)")
  }

  /// Whoever folds batch norm needs its epsilon, also the usual one.
  @Test func epsilonIsSpelled() throws {
    let lines = try TaskText(Workload("batchnorm@1x8x5x5")).description.split(separator: "\n")
    #expect(lines.contains { $0.hasSuffix(" input:0 0,1,2,3 1x8x5x5 eps=1e-05") })
  }

  /// What a workload text leaves out is there all the same.
  @Test func aPoolSpellsItsDilation() throws {
    let lines = try TaskText(Workload("pool:type=max,k=3,s=2,p=1@1x8x9x9")).description.split(separator: "\n")
    #expect(
      lines.contains(
        "node pool pool input:0 - 1x8x5x5 type=max k=3x3 s=2x2 p=1x1x1x1 ceil=0 countpad=0 d=1x1"))
  }

  /// Every node reads what stands before it, and every weight of the workload has its line.
  @Test(arguments: ["resnet18+cbam@1x3x32x32", "googlenet@1x3x64x64", "mobilenetv2-1.0@1x3x32x32"])
  func sourcesComeFirst(text: String) throws {
    let workload = try Workload(text)
    let lines = try TaskText(workload).description.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.filter { $0[0] == "weight" }.count == (try workload.op.weights(workload.inputs).count))
    for (index, node) in lines.filter({ $0[0] == "node" }).enumerated() {
      #expect(node.count >= 6 && !node.contains("?"))
      for source in node[3].split(separator: ",") {
        let parts = source.split(separator: ":")
        #expect(parts[0] == "input" || Int(parts[1]).map { $0 < index } == true, "\(source) of node \(index)")
      }
    }
  }
}
