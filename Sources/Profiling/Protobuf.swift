/// Writes protocol buffers: fields one after the other, each a tag and a value.
/// - Source: protobuf.dev/programming-guides/encoding.
struct Protobuf {
  private(set) var bytes: [UInt8] = []

  /// A number; zero is the default and is not written.
  mutating func field(_ number: Int, _ value: Int) {
    guard value != 0 else { return }
    varint(UInt64(number) << 3)
    varint(UInt64(bitPattern: Int64(value)))
  }

  /// A nested message, a text, packed numbers.
  mutating func field(_ number: Int, _ content: [UInt8]) {
    varint(UInt64(number) << 3 | 2)
    varint(UInt64(content.count))
    bytes += content
  }

  mutating func field(_ number: Int, packed values: [Int]) {
    var content = Protobuf()
    for value in values { content.varint(UInt64(bitPattern: Int64(value))) }
    field(number, content.bytes)
  }

  mutating func field(_ number: Int, _ message: (inout Protobuf) -> Void) {
    var content = Protobuf()
    message(&content)
    field(number, content.bytes)
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
