import Foundation

/// A shell script that speaks the protocol of a serving build, with a flaw perhaps.
enum FakeBuild {
  private static let header = "workload,kernel,requested_kernel,isa,threads,cache,status,flops,reason"

  /// - Parameters:
  ///   - time: seconds per call.
  ///   - measure: shell commands that replace the answer to `measure`.
  ///   - open: that replace the answer to `open`.
  ///   - row: fields after the status.
  ///   - isa: of its case.
  ///   - profile: commands that `profile` stands for.
  static func script(
    time: String = "0.001", hello: String = "hello 1 0.0.1", measure: String? = nil, open: String? = nil,
    digest: String = "5", row: String = "ok,12,", isa: String = "avx2",
    profile: String = "exit 0"
  ) -> String {
    let answer =
      "printf '%s\\n' 'row \(digest) w,tiled/x,tiled,\(isa),1,hot,\(row)\\n' 'opened 1'"
    return """
      #!/bin/sh
      if [ "$1" = profile ]; then \(profile); exit; fi
      while read -r line; do
        case "$line" in
          hello*) printf '%s\\n' '\(hello) \(header)\\n' ;;
          open*) \(open ?? answer) ;;
          measure*) \(measure ?? "echo 'times 0 \(time) \(time)'") ;;
          close*) echo closed ;;
          quit*) exit 0 ;;
        esac
      done

      """
  }

  /// Writes a script that can be executed and returns its path.
  static func write(_ name: String, _ script: String, in scratch: Scratch) throws -> String {
    let text = try scratch.write(name + ".sh", script.utf8)
    defer { unlink(text) }
    return try scratch.executable(name, copying: text)
  }
}
