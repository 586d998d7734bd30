import Operators
import Tensors

/// A composite made of any graph.
public struct Wired: Composite {
  public let keyword: String
  public let wiring: Graph
  public let inputCount: Int

  public init(_ keyword: String = "wired", inputs: Int = 1, _ wire: (inout Graph) -> Void) {
    var wiring = Graph()
    wire(&wiring)
    (self.keyword, self.wiring, inputCount) = (keyword, wiring, inputs)
  }

  public func graph(_ inputs: [TensorType]) throws(OperatorError) -> Graph { wiring }
}
