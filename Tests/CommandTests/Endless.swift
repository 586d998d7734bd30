/// Work that no test waits for: whatever is to happen meanwhile does, on the fastest and on the busiest machine.
enum Endless {
  /// A minute of two processors before its first row.
  static let workload = "conv:out=256,k=15,p=7@1x256x56x56"

  /// A suite that begins with the workloads given and goes on for minutes, in pieces of about a second.
  static func suite(_ first: [String]) -> String {
    let rest = Array(repeating: "conv:out=128,k=3,p=1@1x64x56x56", count: 100)
    return (first + rest).enumerated().map { "w\($0) = \($1)\n" }.joined()
  }
}
