import Harness
import Workloads

extension DataChoice {
  init(_ arguments: Arguments) throws(UsageError) {
    self.init()
    inputs = try named("--data") { () throws(UsageError) in
      try DataChoice(inputs: arguments.value("--data"), weights: nil).inputs
    }
    weights = try named("--weights-data") { () throws(UsageError) in
      try DataChoice(inputs: nil, weights: arguments.value("--weights-data")).weights
    }
  }
}

extension Plan {
  /// Refuses data that none of the workloads takes.
  func checkData(_ workloads: [Workload]) throws(UsageError) {
    try named("--data") { () throws(UsageError) in try data.check(workloads) }
  }
}
