import Foundation
import PlainText

/// A flame graph as one SVG file: a picture by itself; in a browser a click on a frame zooms in, the mouse tells numbers,
/// and a search (Ctrl-F or the word at the top right) marks frames and sums their share.
public struct FlameGraph {
  private static let (width, row, margin) = (1200.0, 17, 44)
  /// Narrower frames are left out.
  private static let narrowest = 0.3

  private let title: String
  private let tree: CallTree
  private let isDifference: Bool
  private let unit: StackProfile.Unit
  private let rows: Int
  private let totals: (now: Int, before: Int)

  /// - Parameter before: with it the colours tell the difference: red grew, blue shrank, as shares of the whole.
  public init(_ profile: StackProfile, title: String, before: StackProfile? = nil) {
    self.title = title
    tree = CallTree(profile, before: before)
    isDifference = before != nil
    unit = profile.unit
    rows = tree.depth
    totals = (max(1, profile.total), max(1, before?.total ?? 1))
  }

  /// The picture as a file of its own, with tooltips and a script that zooms into a frame.
  public var svg: String {
    let height = FlameGraph.margin * 2 + rows * FlameGraph.row
    var frames = ""
    draw(tree, at: 0, level: 0, stage: "", into: &frames)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="1200" height="\(height)" viewBox="0 0 1200 \(height)" \
      font-family="Verdana, sans-serif" font-size="11">
      <style>.f{cursor:pointer}.f:hover rect{stroke:#000}.m rect{fill:#e0f}.u{cursor:pointer;fill:#06c}text{fill:#000}</style>
      <rect width="1200" height="\(height)" fill="#f8f8f4"/>
      <text x="600" y="24" text-anchor="middle" font-size="16">\(XML.escaped(title))</text>
      <text id="r" class="u" x="10" y="24" visibility="hidden">reset zoom</text>
      <text id="s" class="u" x="1190" y="24" text-anchor="end">search</text>
      <text id="d" x="10" y="\(height - 14)"></text><text id="n" x="1190" y="\(height - 14)" text-anchor="end"></text>
      \(frames)<script><![CDATA[\(FlameGraph.script)]]></script>
      </svg>

      """
  }

  private func draw(_ node: CallTree, at x: Double, level: Int, stage: String, into text: inout String) {
    let share = Double(node.count) / Double(totals.now)
    guard share * FlameGraph.width >= FlameGraph.narrowest else { return }
    // Frames of a stage, which is the third from the root, have one hue.
    let stage = level == 2 ? node.name : stage
    let y = FlameGraph.margin + (rows - 1 - level) * FlameGraph.row
    let (left, wide) = (x * FlameGraph.width, share * FlameGraph.width)
    let letters = Int((wide - 4) / 6.3)
    let label =
      letters < 3 ? "" : node.name.count <= letters ? node.name : node.name.prefix(letters - 1) + "…"
    text += """
      <g class="f" data-x="\(short(x, 7))" data-w="\(short(share, 7))"><title>\(XML.escaped(tip(node, share)))</title>\
      <rect x="\(short(left, 3))" y="\(y)" width="\(short(wide, 3))" height="\(FlameGraph.row - 1)" \
      fill="\(colour(node, stage))" rx="1"/><text x="\(short(left + 3, 3))" y="\(y + 12)">\(XML.escaped(label))</text></g>

      """
    var next = x
    for child in node.children {
      draw(child, at: next, level: level + 1, stage: stage, into: &text)
      next += Double(child.count) / Double(totals.now)
    }
  }

  /// - Parameter digits: after the point; those of shares must be finer than the script compares them.
  private func short(_ value: Double, _ digits: Int) -> String {
    var text = String(format: "%.\(digits)f", value)
    while text.last == "0" { text.removeLast() }
    return text.last == "." ? String(text.dropLast()) : text
  }

  private func tip(_ node: CallTree, _ share: Double) -> String {
    let now = "\(node.count) \(unit), " + String(format: "%.2f %%", share * 100)
    guard isDifference else { return "\(node.name) (\(now))" }
    let before = Double(node.before) / Double(totals.before)
    return node.name
      + String(format: " (%@; %.2f %% before, %+.2f)", now, before * 100, (share - before) * 100)
  }

  private func colour(_ node: CallTree, _ stage: String) -> String {
    if isDifference {
      let change = Double(node.count) / Double(totals.now) - Double(node.before) / Double(totals.before)
      let paleness = 94 - Int(min(1, abs(change) * 5).squareRoot() * 40)
      return "hsl(\(change > 0 ? 0 : 220),80%,\(paleness)%)"
    }
    if stage == Attribution.wait || stage == Attribution.team {
      return "hsl(0,0%,\(78 + FlameGraph.hash(node.name) % 8)%)"
    }
    return "hsl(\(FlameGraph.hash(stage) % 360),62%,\(66 + FlameGraph.hash(node.name) % 12)%)"
  }

  /// The same in every run, unlike Swift's own.
  private static func hash(_ text: String) -> Int {
    // FNV-1a.
    Int(text.utf8.reduce(2_166_136_261 as UInt32) { ($0 ^ UInt32($1)) &* 16_777_619 } >> 4)
  }
}
