import Contest
import Gate

extension ContestRules {
  init(_ judge: PairedJudge) {
    self.init(
      measures: { judge.measures($0) },
      schedule: { judge.margins($0).schedule },
      agenda: { run in
        let agenda = judge.agenda(run)
        return (agenda.open, agenda.changed)
      },
      confirmingRounds: { Margins.confirmingRounds(judged: $0) },
      isClean: { run in
        let disturbance = judge.disturbance(run)
        return { disturbance.cause($0) == nil }
      })
  }
}
