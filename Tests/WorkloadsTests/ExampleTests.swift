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

  /// An operator of some keys and of those that each of its texts needs, as its example has them.
  private func op(_ type: any Spelled.Type, _ keys: [String] = []) throws -> any Spelled {
    let needed = try type.keys.filter { $0.absence == .refused }.map(\.name)
    let given = try example(type).attributes.filter { needed.contains($0.key) }.map {
      "\($0.key)=\($0.value)"
    }
    let all = (given + keys).joined(separator: ",")
    return try Modules.parse(all.isEmpty ? type.keyword : "\(type.keyword):\(all)")
  }

  private func example(_ type: any Spelled.Type) throws -> any Spelled {
    try Modules.parse(type.examples[0].prefix { $0 != "@" })
  }

  /// Would catch: a key that is read, but not in the list of keys, or with another default than a text without it has.
  @Test func keysSayWhatATextWithoutThemMeans() throws {
    for type in Modules.all {
      let keys = try type.keys
      let standard = keys.compactMap { key in
        if case .standard(let value) = key.absence { "\(key.name)=\(value)" } else { nil }
      }
      #expect(try AnyHashable(op(type)) == AnyHashable(op(type, standard)), "\(type.keyword)")
      let printed = Set(try example(type).attributes.map(\.key))
      #expect(printed.isSubset(of: keys.map(\.name)), "\(type.keyword)")
    }
  }

  /// Would catch: a word that is listed and refused, one that is no word and read, and a key of words that lists none.
  @Test func keysTakeTheirWordsAlone() throws {
    for type in Modules.all {
      for key in try type.keys {
        guard case .standard(let standard) = key.absence else { continue }
        guard !key.words.isEmpty else {
          #expect(Double(standard) != nil, "\(type.keyword) \(key)")
          continue
        }
        #expect(
          key.words.contains(standard) && Set(key.words).count == key.words.count, "\(type.keyword) \(key)")
        for word in key.words { _ = try op(type, ["\(key.name)=\(word)"]) }
        #expect(throws: OperatorError.self) { try op(type, ["\(key.name)=neither"]) }
      }
    }
  }
}
