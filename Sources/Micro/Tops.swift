// Places of largest values.

@inline(always) func loadBits(_ p: UnsafePointer<Int32>) -> Bits {
  UnsafeRawPointer(p).loadUnaligned(as: Bits.self)
}

@inline(always) func store(_ p: UnsafeMutablePointer<Int32>, _ v: Bits) {
  UnsafeMutableRawPointer(p).storeBytes(of: v, as: Bits.self)
}

/// 0, 1, 2, …
@inline(always) var laneNumbers: Bits {
  var numbers = Bits.zero
  for i in 0..<L { numbers[i] = UInt32(truncatingIfNeeded: i) }
  return numbers
}

/// The first place of the largest value, or that of the last NaN.
@inline(never) func scalarPlace(_ x: In, _ count: Int) -> Int {
  var best = 0
  for i in 0..<count where x[i] > x[best] || x[i] != x[i] { best = i }
  return best
}

/// The largest values so far, lane by lane, and where they are.
struct Tops {
  var values: Lane
  var places: Bits

  @inline(always) init(_ x: In) {
    values = load(x)
    places = laneNumbers
  }

  @inline(always) mutating func add(_ x: Lane, _ at: Bits) {
    let isLarger = x .> values
    values.replace(with: x, where: isLarger)
    places.replace(with: at, where: isLarger)
  }

  /// Of equal values the first.
  @inline(always) mutating func merge(_ other: Tops) {
    let wins = (other.values .> values) .| ((other.values .== values) .& (other.places .< places))
    values.replace(with: other.values, where: wins)
    places.replace(with: other.places, where: wins)
  }

  @inline(always) var first: Int {
    var (top, place) = (values[0], places[0])
    for i in 1..<L where values[i] > top || values[i] == top && places[i] < place {
      (top, place) = (values[i], places[i])
    }
    return Int(place)
  }
}
