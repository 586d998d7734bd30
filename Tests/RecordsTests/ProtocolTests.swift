import Records
import Testing

@Suite struct ProtocolTests {
  static let open = OpenRequest(
    .trust, kernels: ["reference", "tiled"], isas: ["avx2"], threads: [1, 2], cache: "hot", seed: 7,
    without: ["tiled/direct|avx2|2"], workloadText: "conv:out=1,k=3@1x1x5x5")

  @Test(
    arguments: [
      .hello(version: 1), .open(open), .measure(index: 3, seconds: 0.003),
      .measure(index: 0, seconds: ServeProtocol.longestTurn), .close,
      .task(threads: 2, folder: "/a b\\c\nd"), .compute(index: 4), .quit,
    ] as [ServeRequest])
  func requestsReadAsWritten(request: ServeRequest) { #expect(ServeRequest(request.description) == request) }

  @Test(
    arguments: [
      .hello(version: 1, tool: "0.1.0", header: "a,b\n"), .step("verify x|avx2|1"),
      .row(RowLine(csv: "a,\"b\nc\\\"\n", digest: 0xffff_ffff_ffff_ffff)), .row(RowLine(csv: "\n")),
      .opened(count: 0), .times([1e-9, 0.1 + 0.2], switches: 3), .closed, .refused("two\nlines"),
      .growth(2.5), .computed,
    ] as [ServeReply])
  func repliesReadAsWritten(reply: ServeReply) {
    #expect(!reply.description.contains("\n"))
    #expect(ServeReply(reply.description) == reply)
  }

  @Test(arguments: [
    "", "hello", "hello x", "open", "open check",
    "open maybe kernels= isas= threads= cache= seed=1 without= x",
    "open check kernels=a isas=b threads=x cache=hot seed=1 without= x", "measure", "measure 1",
    "measure 1 0", "measure 1 -1", "measure 1 60.1", "measure 0 8796093022207", "measure 1 inf",
    "measure 1 nan", "measure x 1", "task", "task 1", "task 1 ", "task 0 x", "task x y", "task 1 a\\q",
    "compute", "compute -1",
    "close now", "quit 1", "Hello 1",
  ])
  func otherRequestsAreNone(line: String) { #expect(ServeRequest(line) == nil) }

  @Test(arguments: [
    "", "hello", "hello 1", "row", "row xyz a", "row 1", "times", "times 0", "times 0 0", "times 0 nan",
    "times 0 -1", "times -1 1", "times 0 inf", "times 0 1 x", "opened", "opened -1", "growth", "growth 0.5",
    "growth 1001", "growth nan", "computed x", "closed x",
    "refused a\\q", "cbambench: 'serve' is not a command",
  ])
  func otherRepliesAreNone(line: String) { #expect(ServeReply(line) == nil) }
}
