import PlainText
import Testing

/// Text in front of people: nothing acts on a terminal, and messages stay short.
@Suite struct InertTests {
  /// A table that forgets a class of characters lets one of these through.
  @Test(
    arguments: [
      0x00, 0x07, 0x08, 0x1B, 0x7F, 0x80, 0x85, 0x9B, 0x9D, 0xAD, 0x061C, 0x200B, 0x200E, 0x200F, 0x2028,
      0x2029,
      0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0xFEFF, 0xFFF9, 0xFFFE,
      0xFFFF,
      0x1FFFE, 0xE0041,
    ] as [UInt32])
  func activeScalars(value: UInt32) throws {
    let scalar = try #require(Unicode.Scalar(value))
    let text = "a\(Character(scalar))b"
    #expect(scalar.isActive)
    #expect(!hasActive(text.inert))
    #expect(!hasActive(text.shown))
    #expect(text.inert.hasPrefix("a") && text.inert.hasSuffix("b") && text.inert.count > 2)
    #expect(EscapedText.unescaped(EscapedText.escaped(text)) == text)
    #expect(!hasActive(EscapedText.escaped(text)))
  }

  @Test(arguments: ["", "CBAM 256@56", "卷积 3×3", "π – …", "e\u{301}", "👩‍👩‍👧", "می‌خواهم", "a\\b \\u{zz} \\u{1b}"])
  func otherTextStays(text: String) {
    #expect(text.inert == text && text.inertLines == text)
    #expect(EscapedText.unescaped(EscapedText.escaped(text)) == text)
  }

  @Test func whatBreaksLinesIsASpace() {
    #expect("a\tb\nc\r\nd\u{2028}e".inert == "a b c  d e")
    #expect("a\tb\nc".inertLines == "a b\nc")
    #expect("\u{1B}[31m".inert == "\\u{1B}[31m")
  }

  @Test func longTextIsCut() {
    #expect(String(repeating: "x", count: 40).shown == String(repeating: "x", count: 40))
    #expect(String(repeating: "x", count: 41).shown == String(repeating: "x", count: 40) + "…")
    // One character of many marks.
    #expect(("e" + String(repeating: "\u{301}", count: 10_000)).shown.utf8.count < 1000)
    let path = "/" + String(repeating: "x", count: 5000) + "/a.suite"
    #expect(path.shownPath.count == 120 && path.shownPath.hasSuffix("x/a.suite"))
    #expect("/tmp/a.suite".shownPath == "/tmp/a.suite")
  }

  /// What a spreadsheet takes for a formula is written out; reading gives the name back, of other writers as well.
  @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\\u{3D}1", "\\u{", "=\\u{3D}", "'=1"])
  func formulas(text: String) {
    let escaped = EscapedText.escaped(text)
    #expect(!"=+-@\t\r".contains(escaped.first ?? "="), "\(escaped)")
    #expect(EscapedText.unescaped(escaped) == text)
  }

  @Test func whatNobodyHasEscapedStays() {
    for text in [
      "\\u{41}", "\\u{1b}", "\\u{01B}", "\\u{D800}", "\\u{110000}", "\\u{", "\\u{}", "\\u{3D", "a\\u{3D}",
    ] {
      #expect(EscapedText.unescaped(text) == text)
    }
  }

  @Test func linesAreWhatEditorsCount() {
    #expect(Array(TextLines("a\nb\r\nc\rd")) == ["a", "b", "c", "d"])
    #expect(Array(TextLines("\u{FEFF}a\u{2028}b\u{85}c\n\n")) == ["a\u{2028}b\u{85}c", ""])
    #expect(Array(TextLines("")).isEmpty && Array(TextLines("\n\r\r\n")).count == 3)
  }
}

/// Whether a terminal could act on something.
func hasActive(_ text: String) -> Bool { text.unicodeScalars.contains { $0.isActive } }
