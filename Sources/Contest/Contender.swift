import Harness
import Measurement
import PlainText
import Records
import Workloads

/// One side of a contest: its process, started again where one is lost.
struct Contender {
  let side: PairedRun.Side
  private let plan: ContestPlan
  private let isInterrupted: () -> Bool
  private var peer: Peer?

  init(_ side: PairedRun.Side, _ plan: ContestPlan, _ isInterrupted: @escaping () -> Bool) {
    (self.side, self.plan, self.isInterrupted) = (side, plan, isInterrupted)
  }

  private func newPeer() throws(PeerFailure) -> Peer {
    try Peer(plan[side], limit: plan.limit, isInterrupted: isInterrupted)
  }

  /// - Throws: if the side cannot be started or speaks another language.
  mutating func start() throws(BuildTrouble) {
    do { peer = try newPeer() } catch { throw trouble(error) }
  }

  mutating func stop() {
    peer?.end()
    peer = nil
  }

  private func request(_ care: OpenRequest.Care, _ text: String, without: [CaseKey]) -> ServeRequest {
    .open(
      OpenRequest(
        care, kernels: plan.kernels, isas: plan.isas, threads: plan.threads, cache: plan.cache,
        seed: plan.seed, without: without.map(\.description), workloadText: text))
  }

  func trouble(_ failure: PeerFailure) -> BuildTrouble {
    BuildTrouble(side: side, program: plan[side][0], reason: failure.loss.reason)
  }

  /// Verified cases of a workload. What crashes is lost and the others are opened again without it.
  /// - Throws: if the system does not start it again.
  mutating func introduce(_ workload: Workload) throws(BuildTrouble) -> [(CaseIdentity, PairedRun.Answer)] {
    var lost: [CaseKey: PairedRun.Loss] = [:]
    var answers: [(CaseIdentity, PairedRun.Answer)] = []
    while true {
      do {
        let replies = try opened(request(.check, workload.text, without: Array(lost.keys)))
        answers = try rows(replies, workload)
        break
      } catch {
        peer = nil
        if isInterrupted() { return [] }
        if error.isOfTheSystem { throw trouble(error) }
        guard let key = error.step?.key, lost[key] == nil else {
          return lostAnswers(lost, workload) + [lostWorkload(workload, error.loss)]
        }
        lost[key] = error.loss
      }
    }
    return answers + lostAnswers(lost, workload)
  }

  /// Opens a workload whose cases are verified already.
  /// - Returns: digest of every open case.
  mutating func open(_ workload: Workload, without: [CaseKey]) throws(PeerFailure) -> [(
    identity: CaseIdentity, digest: UInt64?
  )] {
    let replies = try opened(request(.trust, workload.text, without: without))
    return try rows(replies, workload).map { ($0.0, $0.1.digest) }
  }

  mutating func measure(_ index: Int, _ length: Seconds) throws(PeerFailure) -> (
    seconds: Double, switches: Int
  ) {
    let replies = try ask(.measure(index: index, seconds: length.value)) {
      if case .times = $0 { true } else { false }
    }
    if case .times(let times, let switches) = replies.last { return (Statistics.median(times), switches) }
    throw unexpected(replies)
  }

  mutating func close() throws(PeerFailure) { _ = try ask(.close) { $0 == .closed } }

  private mutating func opened(_ request: ServeRequest) throws(PeerFailure) -> [ServeReply] {
    let replies = try ask(request) { if case .opened = $0 { true } else { false } }
    return replies
  }

  private mutating func ask(
    _ request: ServeRequest, until isLast: (ServeReply) -> Bool
  ) throws(PeerFailure) -> [ServeReply] {
    if peer == nil { peer = try newPeer() }
    guard let peer else { return [] }
    do { return try peer.ask(request, until: isLast) } catch {
      self.peer = nil
      throw error
    }
  }

  private func unexpected(_ replies: [ServeReply]) -> PeerFailure {
    let words = replies.last.map { "'\($0.description.shown)'" } ?? "nothing"
    return PeerFailure(loss: .init(.crashed, "answered \(words), which was not asked"), step: nil)
  }

  private func rows(_ replies: [ServeReply], _ workload: Workload) throws(PeerFailure) -> [(
    CaseIdentity, PairedRun.Answer
  )] {
    var answers: [(CaseIdentity, PairedRun.Answer)] = []
    for reply in replies {
      // A build that does not know the workload has no case of it.
      if case .refused = reply { return [] }
      guard case .row(let line) = reply else { continue }
      guard var row = line.record(header: peer?.header ?? "") else {
        throw unexpected([reply])
      }
      // A build may spell a workload with keys that the other does not have.
      row.workloadText = workload.text
      answers.append((CaseIdentity(row), PairedRun.Answer(row: row, digest: line.digest)))
    }
    return answers
  }

  private func lostAnswers(_ lost: [CaseKey: PairedRun.Loss], _ workload: Workload) -> [(
    CaseIdentity, PairedRun.Answer
  )] {
    lost.sorted { $0.key.description < $1.key.description }.map { key, loss in
      var record = Record()
      (record.workloadText, record.kernel, record.isa) = (workload.text, key.kernel, key.isa)
      (record.threads, record.cache) = (key.threads, plan.cache)
      record.requestedKernel = Self.request(key.kernel, plan.kernels)
      return (CaseIdentity(record), PairedRun.Answer(loss: loss))
    }
  }

  /// What of the requests a kernel answers.
  static func request(_ kernel: String, _ requests: [String]) -> String {
    if requests.contains(kernel) { return kernel }
    return kernel != "reference" && requests.contains("tiled") ? "tiled" : requests.last ?? kernel
  }

  private func lostWorkload(_ workload: Workload, _ loss: PairedRun.Loss) -> (
    CaseIdentity, PairedRun.Answer
  ) {
    var record = Record()
    (record.workloadText, record.requestedKernel) = (workload.text, plan.kernels.joined(separator: ","))
    (record.isa, record.cache) = (plan.isas.joined(separator: ","), plan.cache)
    return (CaseIdentity(record), PairedRun.Answer(loss: loss))
  }
}
