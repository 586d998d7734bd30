import Models
import PlainText
import Workloads

/// Networks with each attention of `--compare` and each ratio of `--reduction`; variants that cannot be are told.
struct NetworkVariants {
  /// For each network its variants, the one to compare with first.
  private(set) var groups: [[Workload]] = []

  init(_ arguments: Arguments) throws {
    let suites = try resolve(arguments, networkInput: NetworkTargets.input(arguments))
    let ratios = try arguments.integers("--reduction", 1...1 << 20)
    let names = arguments.value("--compare")
    var swept = SweepCases()
    for workload in suites.flatMap(\.workloads) {
      guard let network = workload.op as? Network else {
        throw UsageError(
          "\(workload.shownName) is not a network; \(names == nil ? "--reduction" : "--compare") is for networks here"
        )
      }
      if arguments.has("--size"), arguments.targets.contains(where: { $0.contains("@") }) {
        throw UsageError("--size has no effect on \(workload.shownName), which has a shape of its own")
      }
      let variants = try NetworkVariants.variants(network, names, ratios)
      var group: [Workload] = []
      for variant in variants {
        let isAsked = names != nil && ratios == nil || variant.options.attention.module != nil
        // The network without attention is there to compare with: alone it answers nothing.
        let item = isAsked ? swept.add(variant, workload.shapes[0]) : try Workload(variant, workload.shapes)
        if let item, !group.contains(where: { $0.text == item.text }) { group.append(item) }
      }
      groups.append(group)
    }
    try swept.tell()
  }

  private static func variants(_ network: Network, _ names: String?, _ ratios: [Int]?) throws(UsageError)
    -> [Network]
  {
    var result: [Network] = []
    if let names {
      guard network.options.attention.module == nil else {
        throw UsageError(
          "--compare \(names.shown) replaces the attention of \(network.text); name the network without one")
      }
      for name in names.split(separator: ",", omittingEmptySubsequences: false) {
        do { result.append(try network.with(attention: String(name))) } catch {
          throw UsageError("--compare \(names.shown): \(error)")
        }
      }
    } else {
      var plain = network
      plain.options.attention = .none
      result = [plain, network]
    }
    guard let ratios else { return result }
    guard result.contains(where: { $0.options.attention.reducing(by: 1) != nil }) else {
      throw UsageError(
        "--reduction has no effect on \(network.text); it has no attention with a reduction ratio")
    }
    return result.flatMap { variant in
      guard variant.options.attention.reducing(by: 1) != nil else { return [variant] }
      return ratios.compactMap { ratio in
        variant.options.attention.reducing(by: ratio).map {
          var reduced = variant
          reduced.options.attention = $0
          return reduced
        }
      }
    }
  }
}
