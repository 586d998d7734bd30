import Testing

/// Every public declaration says what it is.
@Suite struct DocCommentTests {
  @Test func publicDeclarationsHaveComments() throws {
    for target in try Manifest.read.get().floored {
      let found = target.sources.filter { $0.path.hasSuffix(".swift") }.flatMap { source in
        PublicDeclarations.withoutComment(source.text).map { "\(source.path):\($0)" }
      }
      let list = found.joined(separator: "\n")
      #expect(found.isEmpty, "\(target.name)\n\(list)")
    }
  }

  /// What counts: declarations, cases of enums and requirements of protocols, with or without attributes. What does not: what
  /// a protocol of the standard library asks for, and what is not public.
  @Test func declarationsWithoutACommentAreFound() {
    let text = """
      import Testing
      public import Kernels

      /// Has one.
      public struct A: Equatable {
        public let bare: Int
        /// Has one.
        @inline(__always) public static func documented() {}
        @discardableResult
        public mutating func bareAfterAnAttribute() -> Int { 0 }
        let own = 0
        public var description: String { "" }
        public static func == (a: A, b: A) -> Bool { true }
      }
      public enum Bare {
        case first, second
        /// Has one.
        case third
        var own: Int {
          switch self {
          case .first: 0
          default: 1
          }
        }
      }
      /// Has one.
      public protocol P {
        func bare()
        /// Has one.
        var documented: Int { get }
      }
      enum Own {
        case a
      }
      extension P {
        /// Has one.

        public private(set) subscript(bareAfterALine i: Int) -> Int { 0 }
      }
      """
    #expect(PublicDeclarations.withoutComment(text) == [6, 10, 15, 16, 28, 38])
  }
}
