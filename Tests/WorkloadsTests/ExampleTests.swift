import Models
import Operators
import Testing
import Workloads

/// The examples of every operator, which lists, completion and other tests walk.
@Suite struct ExampleTests {
  /// Would catch: an example of another operator, one that is too slow to be verified, a key that is printed under another name
  /// than it is read, and a shape that is lost.
  @Test(arguments: Modules.examples)
  func examplesReadAsTheyPrint(text: String) throws {
    let workload = try Workload(text)
    let again = try Workload(workload.text)
    #expect(again.text == workload.text)
    #expect(AnyHashable(again.op) == AnyHashable(workload.op))
    #expect(again.inputs == workload.inputs && again.outputs == workload.outputs)
    #expect(workload.cost.macs <= 50_000_000, "\(text) takes long to verify")
  }

  @Test(arguments: Modules.all.map { $0.keyword })
  func everyOperatorHasExamplesOfItsOwn(keyword: String) throws {
    let type = try #require(Modules.all.first { $0.keyword == keyword })
    #expect(!type.examples.isEmpty && Set(type.examples).count == type.examples.count)
    for text in type.examples { #expect(try Workload(text).op.keyword == keyword, "\(text)") }
  }

  /// Would catch: a key that is read, but not in the list of keys, or with another default than a text without it has.
  @Test func keysSayWhatATextWithoutThemMeans() throws {
    for type in Modules.all {
      let required = type.keys.filter { $0.absence == .refused }.map(\.name)
      let full = try Modules.parse(type.examples[0].prefix { $0 != "@" })
      let given = full.attributes.filter { required.contains($0.key) }.map { "\($0.key)=\($0.value)" }
      let standard = type.keys.compactMap { key in
        if case .standard(let value) = key.absence { "\(key.name)=\(value)" } else { nil }
      }
      func op(_ keys: [String]) throws -> any Spelled {
        try Modules.parse(keys.isEmpty ? type.keyword : "\(type.keyword):\(keys.joined(separator: ","))")
      }
      #expect(try AnyHashable(op(given)) == AnyHashable(op(given + standard)), "\(type.keyword)")
      #expect(Set(full.attributes.map(\.key)).isSubset(of: type.keys.map(\.name)), "\(type.keyword)")
    }
  }
}
