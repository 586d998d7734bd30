import Harness
import Records
import Workloads

/// The first process of each side: it verifies every case and tells the exact columns.
struct Introduction {
  let plan: ContestPlan
  let workloads: [Workload]
  let isInterrupted: () -> Bool
  let onProgress: (String) -> Void

  init(
    _ plan: ContestPlan, _ workloads: [Workload], _ isInterrupted: @escaping () -> Bool,
    _ onProgress: @escaping (String) -> Void
  ) {
    (self.plan, self.workloads) = (plan, workloads)
    (self.isInterrupted, self.onProgress) = (isInterrupted, onProgress)
  }

  /// Cases of both sides, matched; an interruption leaves out workloads that only one side was asked about.
  func cases() throws(BuildTrouble) -> [PairedRun.Case] {
    var cases: [PairedRun.Case] = []
    var places: [CaseIdentity: Int] = [:]
    var asked: [PairedRun.Side: Set<String>] = [:]
    for side in PairedRun.Side.allCases where !isInterrupted() {
      var contender = Contender(side, plan, isInterrupted)
      try contender.start()
      for workload in workloads where !isInterrupted() {
        onProgress("\(side.rawValue): verifying \(workload.name)")
        let answers = try contender.introduce(workload)
        // What it said may have been cut short.
        if isInterrupted() { break }
        asked[side, default: []].insert(workload.text)
        for (identity, answer) in answers {
          if let place = places[identity] {
            cases[place][side] = answer
          } else {
            places[identity] = cases.count
            var item = PairedRun.Case(identity: identity, name: workload.name, base: .init(), head: .init())
            item[side] = answer
            cases.append(item)
          }
        }
      }
      contender.stop()
    }
    let order = Dictionary(workloads.enumerated().map { ($1.text, $0) }) { first, _ in first }
    let known = (asked[.base] ?? []).intersection(asked[.head] ?? [])
    cases = spread(cases.filter { known.contains($0.identity.workloadText) })
    return cases.enumerated().sorted {
      (order[$0.element.identity.workloadText] ?? 0, $0.offset)
        < (order[$1.element.identity.workloadText] ?? 0, $1.offset)
    }.map(\.element)
  }

  /// A side that lost a whole workload has named no case of it: the loss belongs to those that the other side knows.
  private func spread(_ cases: [PairedRun.Case]) -> [PairedRun.Case] {
    func isWhole(_ item: PairedRun.Case, _ side: PairedRun.Side) -> Bool {
      item.identity.threads == nil && item[side].row == nil && item[side].loss != nil
    }
    var (cases, isTold) = (cases, Set<Int>())
    for side in PairedRun.Side.allCases {
      for (place, whole) in cases.enumerated() where isWhole(whole, side) {
        let text = whole.identity.workloadText
        for index in cases.indices where cases[index].identity.workloadText == text {
          guard index != place, cases[index][side] == PairedRun.Answer() else { continue }
          cases[index][side].loss = whole[side].loss
          isTold.insert(place)
        }
      }
    }
    return cases.enumerated().filter { !isTold.contains($0.offset) }.map(\.element)
  }
}
