import Harness
import Models
import Operators

/// Networks with each attention of `--compare` and each ratio of `--reduction`.
struct NetworkVariants {
  /// For each network its variants, the one to compare with first.
  private(set) var groups: [[Workload]] = []

  init(_ arguments: Arguments) throws {
    let suites = try resolve(
      arguments, standard: "", networkInput: CostCommand.networkInput(arguments))
    let ratios = try arguments.integers("--reduction", 1...1 << 20)
    let names = arguments.value("--compare")
    for workload in suites.flatMap(\.workloads) {
      guard let network = workload.op as? Network else {
        throw UsageError(
          "\(workload.name) is no network; \(names == nil ? "--reduction" : "--compare") is for networks here"
        )
      }
      if arguments.has("--size"), arguments.targets.contains(where: { $0.contains("@") }) {
        throw UsageError("--size has no effect on \(workload.name), which has a shape of its own")
      }
      let variants = try NetworkVariants.variants(network, names, ratios)
      var group: [Workload] = []
      for variant in variants {
        let item = try Workload(variant, workload.shape)
        if !group.contains(where: { $0.text == item.text }) { group.append(item) }
      }
      groups.append(group)
    }
  }

  private static func variants(_ network: Network, _ names: String?, _ ratios: [Int]?) throws(UsageError)
    -> [Network]
  {
    var result: [Network] = []
    if let names {
      guard network.options.attention.module == nil else {
        throw UsageError(
          "--compare \(names) replaces the attention of \(network.text); name the network without one")
      }
      for name in names.split(separator: ",", omittingEmptySubsequences: false) {
        do { result.append(try network.with(attention: String(name))) } catch {
          throw UsageError("--compare \(names): \(error)")
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
