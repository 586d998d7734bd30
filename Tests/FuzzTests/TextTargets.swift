import Gate
import Harness
import Models
import Operators
import PlainText
import Records
import Tensors
import Workloads

extension FuzzTarget {
  /// What users type, and what processes tell each other.
  static let texts: [FuzzTarget] = [
    FuzzTarget("suite", texts: suites, words: workloadWords + " = *4 *9223372036854775807 # \u{FEFF}") {
      text in
      for workload in try Suite(name: "s", text: text, path: "s.suite").workloads { try use(workload) }
    },
    FuzzTarget("workload", texts: Modules.examples + workloads, words: workloadWords) {
      try use(Workload($0))
    },
    FuzzTarget(
      "policy", texts: [policy], words: "true null [ ] { } alpha mode workload threads kernel 1e400 -1 \"2\""
    ) {
      let policy = try Policy(json: $0)
      let subject = RuleSubject(
        name: "CBAM", workloadText: "cbam@1x4x7x7", kernels: ["tiled", "tiled/fused"], threads: 2)
      _ = policy.rule(subject)
    },
    FuzzTarget(
      "pattern", texts: ["^(CBAM|SE) \\d+@[0-9]{1,3}$", "(?i)[^a-z_]+(?:a|b)*?c?", "((a{2,}b)*|\\bx\\W)+"],
      words: "( ) [ ] * {1000} {2,3} (?: (?i) | \\ ^ $ ."
    ) {
      let pattern = try Pattern($0)
      for text in ["", "CBAM 256@56", "aaaaaaaaaaaaaaaaaaaa!", $0] { _ = pattern.isFound(in: text) }
    },
    FuzzTarget("protocol", texts: protocolLines, words: "- | , = nan inf \\n \\\\ \\") { text in
      if let request = ServeRequest(text), ServeRequest(request.description) != request {
        throw FuzzFinding("\(request)")
      }
      if let reply = ServeReply(text), ServeReply(reply.description) != reply {
        throw FuzzFinding("\(reply)")
      }
      if let message = RunMessage(text), RunMessage(message.description) != message {
        throw FuzzFinding("\(message)")
      }
      if let key = CaseKey(text) { _ = key.words }
    },
    FuzzTarget(
      "escaped", texts: ["=1+1", "a\\u{1B}b\\u{3D}", "\u{1B}[31m\u{202E}", "plain"],
      words: "\\ u { } \\u{ \\u{1B} \\u{5C} = + - @"
    ) { text in
      let escaped = EscapedText.escaped(text)
      guard EscapedText.unescaped(escaped) == text, !escaped.unicodeScalars.contains(where: { $0.isActive })
      else {
        throw FuzzFinding("not the same again")
      }
      _ = (Markdown.escaped(text), Markdown.code(text), XML.escaped(text), text.shownPath)
    },
  ]

  /// As `cost` and `run` do before anything is computed.
  private static func use(_ workload: Workload) throws {
    guard try Workload(workload.text).text == workload.text else {
      throw FuzzFinding("\(workload.text) reads otherwise")
    }
    let stages = try workload.op.stages(workload.inputs)
    _ = stages.peakActivations(workload.inputs)
    for convention in Convention.allCases { _ = stages.reduce(0) { $0 + convention.count($1) } }
    for stage in stages {
      _ = (try stage.op.weights(stage.inputs), (stage.op as? Conv2D)?.filters(stage.inputs[0]))
    }
    _ = Footprint(workload).peak()
  }

  private static let suites = [
    "# comment\nCBAM 64@56 = cbam:r=16@1x64x56x56\n\nconv 1x1 64->256@56 *4 = conv:out=256@1x64x56x56\n",
    "\u{FEFF}relu@1x1x1x1\r\n\ta\t*2\t=\tpool:type=max,k=3,s=2,p=1,ceil=1@1x3x14x14\r\n",
    "resnet18+se:r=4,classes=10@1x3x32x32",
  ]

  /// Besides every operator's examples: more keys at once, and larger networks.
  private static let workloads = [
    "conv:out=64,k=3x5,s=2,p=1,d=1,g=4,bias=0,act=relu@2x64x56x56",
    "pool:type=avg,k=2,s=1,p=1,ceil=1,countpad=1@1x64x7x9",
    "dense:out=1000@1x2048", "cbam:r=16,k=7,order=parallel,pool=avg@1x64x7x7",
    "bottleneck:width=64,attention=cbam,r=16@1x256x14x14",
    "mobilenet-0.25@1x3x32x32",
    "resnet18+cbam:r=8,style=caffe@1x3x33x31", "vgg11:classes=3@1x3x32x32",
  ]

  private static let workloadWords =
    "conv : = , @ x 1x1x1x1 1048576x1048576 16777216 k=16777216 p=16777216 s= d= g= out= r= n= resnet50 googlenet resnext50-4096x4096d wide-resnet18-8.0 + / attention= classes="

  private static let policy = """
    {"alpha": 0.05, "control_percent": 5, "defaults": {"tolerance_percent": 2, "mode": "fail"},
     "rules": [{"workload": "CBAM*", "threads": 2, "minimum_speedup": 1.5, "minimum_efficiency": {"2": 0.7}}],
     "accepted": [{"workload": "*", "kernel": "tiled?fused", "reason": "known", "expires": "2030-01-31", "up_to_percent": 10}]}
    """

  private static let protocolLines = [
    "hello 1", "measure 3 0.003", "close", "quit",
    "open check kernels=reference,tiled isas=avx2 threads=1,2 cache=hot seed=1 without=tiled|avx2|2 relu@1x1x1x1",
    "hello 1 0.1.0 a,b\\n",
    "row ff a,b\\n", "row - a", "times 3 0.001 0.002", "opened 3", "closed", "step verify tiled|avx2|1",
    "refused no", "begin 3", "done 3", "task 2 /a/b", "compute 0", "growth 2.5", "computed",
    "step 3 verify tiled|avx2|1", "note 3 text", "tiled|avx2|1",
  ]
}
