import Measurement

/// Makes inputs that are nearly right from right ones. The same seed gives the same inputs.
struct Mutator {
  private var random: SplitMix64
  private let seeds: [[UInt8]]
  private let tokens: [[UInt8]]

  /// Numbers at which sums, products and conversions fail, and text that is no number.
  private static let extremes = [
    "0", "-0", "1", "-1", "2", "255", "65536", "16777216", "2147483648", "4294967296", "1099511627776",
    "9007199254740993",
    "4611686018427387904", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "18446744073709551615",
    "99999999999999999999999999", "1e308", "-1e308", "1e-308", "1e999", "nan", "inf", "0x7fffffffffffffff",
    "007", "1.5", "", " ", "x",
  ].map { Array($0.utf8) }
  private static let letters =
    Array("0123456789abcxX,;:=@|+-*#.'\"\\/%{}[]()<>\n\r\t \u{0}\u{1B}".utf8) + [
      0x80, 0xC3, 0xE2, 0xFF, 0xFE,
    ]

  /// - Parameters:
  ///   - seeds: inputs that are right.
  ///   - tokens: pieces that the format has.
  init(seeds: [[UInt8]], tokens: [[UInt8]], seed: UInt64) {
    (self.seeds, self.tokens) = (seeds, tokens + Mutator.extremes)
    random = SplitMix64(seed: seed)
  }

  mutating func next() -> [UInt8] {
    var bytes = pick(seeds)
    for _ in 0..<(1 << random.number(below: 4)) { change(&bytes) }
    return Array(bytes.prefix(1 << 16))
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    let piece = range(in: bytes)
    switch random.number(below: 9) {
    case 0:
      if !bytes.isEmpty { bytes[random.number(below: bytes.count)] ^= 1 << UInt8(random.number(below: 8)) }
    case 1: if !bytes.isEmpty { bytes[random.number(below: bytes.count)] = pick(Mutator.letters) }
    case 2: bytes.insert(contentsOf: pick(tokens), at: piece.lowerBound)
    case 3: bytes.removeSubrange(piece)
    case 4: bytes.insert(contentsOf: bytes[piece], at: piece.upperBound)
    case 5: bytes.removeSubrange(piece.lowerBound...)
    case 6: bytes.replaceSubrange(piece, with: pick(tokens))
    case 7: changeNumber(&bytes)
    default:
      let other = pick(seeds)
      bytes.replaceSubrange(piece.lowerBound..., with: other[range(in: other)])
    }
  }

  /// Puts an extreme in the place of a number: of digits, or of eight bytes.
  private mutating func changeNumber(_ bytes: inout [UInt8]) {
    func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
    let starts = bytes.indices.filter { isDigit(bytes[$0]) && ($0 == 0 || !isDigit(bytes[$0 - 1])) }
    if !starts.isEmpty, random.number(below: 4) > 0 {
      let start = pick(starts)
      let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
      bytes.replaceSubrange(start..<end, with: pick(Mutator.extremes))
    } else if bytes.count >= 8 {
      let start = random.number(below: bytes.count / 8) * 8
      let word = pick(
        [0, 1, 2, 3, .max, .max - 1, .max >> 1, .max >> 1 + 1, 1 << 32, 1 << 47, random.next()] as [UInt64])
      bytes.replaceSubrange(start..<start + 8, with: withUnsafeBytes(of: word.littleEndian) { Array($0) })
    }
  }

  private mutating func range(in bytes: [UInt8]) -> Range<Int> {
    let start = random.number(below: bytes.count + 1)
    let longest = min(bytes.count - start, 1 << random.number(below: 8))
    return start..<start + random.number(below: longest + 1)
  }

  private mutating func pick<T>(_ list: [T]) -> T { list[random.number(below: list.count)] }
}

extension SplitMix64 {
  fileprivate mutating func number(below most: Int) -> Int { Int(next() % UInt64(most)) }
}
