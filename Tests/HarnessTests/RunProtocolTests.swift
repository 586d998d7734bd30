import Harness
import Records
import Testing

/// The lines between the measuring process and the one that watches it.
@Suite struct RunProtocolTests {
  static let key = CaseKey(kernel: "tiled/direct", isa: "avx2", threads: 2)

  @Test(arguments: [
    (RunMessage.begin(3), "begin 3"), (.done(0), "done 0"),
    (.unreached(12), "unreached 12"),
    (.step(2, Step(.oracle)), "step 2 oracle"),
    (.step(2, Step(.warmUp, key)), "step 2 warmUp tiled/direct|avx2|2"),
    (.note(7, "no\nprofile: x"), #"note 7 no\nprofile: x"#), (.refused(0, "a: b"), "refused 0 a: b"),
    (.step(1, Step(.profile, key)), "step 1 profile tiled/direct|avx2|2"),
    (.row(RowLine(csv: "a,\"b\nc\"\n")), #"row - a,"b\nc"\n"#),
    (.row(RowLine(csv: #"a\nb"#, digest: 255)), #"row ff a\\nb"#),
    (.row(RowLine(csv: "é\r\n")), "row - é\r\\n"), (.row(RowLine(csv: "")), "row - "),
  ])
  func textGoesBothWays(message: RunMessage, line: String) {
    #expect(message.description == line)
    #expect(RunMessage(line) == message)
  }

  @Test(arguments: [
    "", "begin", "begin x", "done", "unreached", "unreached x", "step 1", "step x oracle", "step 1 dance",
    "step 1 verify a|b",
    #"row - a\x"#, #"row - a\"#, "row x a", "row -", "note 1", "note x y", "refused 1", "other 1",
  ])
  func otherLinesAreNone(line: String) { #expect(RunMessage(line) == nil) }
}
