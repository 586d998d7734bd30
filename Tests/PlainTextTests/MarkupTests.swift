import Foundation
import PlainText
import Testing

@Suite struct MarkupTests {
  @Test(arguments: [
    ("<script>alert(1)</script>", "&lt;script>alert(1)&lt;/script>"), ("a|b", "a\\|b"), ("`x`", "\\`x\\`"),
    ("[a](http://b)", "\\[a\\](http\\://b)"), ("![a](b)", "!\\[a\\](b)"), ("https://x.y", "https\\://x.y"),
    ("WWW.x.y", "WWW\\.x.y"), ("*b* _i_ ~~s~~", "\\*b\\* \\_i\\_ \\~\\~s\\~\\~"), ("&lt;", "&amp;lt;"),
    ("by @user", "by @&#8203;user"), ("a\\|b", "a\\\\\\|b"), ("a\u{1B}b\nc", "a\\\\u{1B}b c"),
    // What tables have everywhere stays legible as it is.
    ("CBAM 256@56", "CBAM 256@56"), ("conv 3x3 64->64@56", "conv 3x3 64->64@56"), ("median_ms", "median_ms"),
    ("cbam:r=16@1x64x7x7", "cbam:r=16@1x64x7x7"), ("+1.5 %", "+1.5 %"),
  ])
  func markdownShowsWhatIsWritten(text: String, expected: String) {
    #expect(Markdown.escaped(text) == expected)
  }

  @Test func beginningsOfLines() {
    for text in ["# a", "- a", "+ a", "> a", "=="] {
      #expect(Markdown.escaped(text, beginsLine: true) == "\\" + text)
    }
  }

  @Test func codeSpansHoldBackticks() {
    #expect(Markdown.code("a") == "`a`")
    #expect(Markdown.code("a`b``c") == "``` a`b``c ```")
    #expect(Markdown.code("a\nb") == "`a b`")
  }

  /// Every scalar that there is gives text that an XML parser takes and reads back.
  @Test func xmlTakesEveryScalar() throws {
    var text = ""
    for value in stride(from: UInt32(0), to: 0x3000, by: 1) {
      if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
    }
    for value in [0xFFFD, 0xFFFE, 0xFFFF, 0x1F600, 0x1FFFF, 0x10FFFF] as [UInt32] {
      if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
    }
    let escaped = XML.escaped(text)
    #expect(!hasActive(escaped))
    #expect(!escaped.contains("<") && !escaped.contains("\"") && !escaped.contains("'"))
    #expect(escaped.replacing(/&(amp|lt|gt|quot|#39);/, with: "").contains("&") == false)
  }
}
