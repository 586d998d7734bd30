import MicroKernelAPI

extension Code {
  @inline(never) static func channelSums(_ work: UnsafePointer<ChannelSums>) {
    switch work.pointee.operation {
    case .values: ChannelSum<0>.run(work)
    case .squares: ChannelSum<1>.run(work)
    case .products: ChannelSum<2>.run(work)
    case .slopes: ChannelSum<3>.run(work)
    }
  }
}

/// `Operation` numbers the cases of `ChannelSums.Operation`.
enum ChannelSum<let Operation: Int> {
  @inline(never) static func run(_ work: UnsafePointer<ChannelSums>) {
    let w = work.pointee
    var (x, y) = (w.input, w.second ?? w.input)
    for channel in 0..<w.channels {
      let center = w.centers.map { $0[channel] } ?? 0
      let result = w.count < L ? short(w, x, y, center) : long(w, x, y, center)
      w.sums[channel] = result.sum
      if let seconds = w.seconds { seconds[channel] = result.second }
      x += w.channelStride
      y += w.channelStride
    }
  }

  /// Four vectors at a time, then one; the last of a run is moved back to its end and what it repeats not added.
  @inline(always) private static func long(_ w: ChannelSums, _ x: In, _ y: In, _ center: Float) -> (
    sum: Float, second: Float
  ) {
    var sums: InlineArray<4, Lane> = registers(at: x)
    var seconds: InlineArray<4, Lane> = registers(at: x)
    let (center, whole) = (Lane(repeating: center), w.count &- w.count % L)
    let (last, repeated) = (w.count &- L, firstLanes(L &- w.count % L))
    var (x, y) = (x, y)
    for _ in 0..<w.runs {
      var i = 0
      while i &+ 4 &* L <= w.count {
        for j in 0..<4 { add(&sums[j], &seconds[j], x + (i &+ j &* L), y + (i &+ j &* L), center) }
        i &+= 4 &* L
      }
      while i < whole {
        add(&sums[0], &seconds[0], x + i, y + i, center)
        i &+= L
      }
      if i < w.count {
        var (sum, second) = (Lane.zero, Lane.zero)
        add(&sum, &second, x + last, y + last, center)
        sums[1] += sum.replacing(with: 0, where: repeated)
        if Operation == 3 { seconds[1] += second.replacing(with: 0, where: repeated) }
      }
      x += w.runStride
      y += w.runStride
    }
    let total = sum((sums[0] + sums[1]) + (sums[2] + sums[3]))
    return (total, Operation == 3 ? sum((seconds[0] + seconds[1]) + (seconds[2] + seconds[3])) : 0)
  }

  @inline(always) private static func add(
    _ sum: inout Lane, _ second: inout Lane, _ x: In, _ y: In, _ center: Lane
  ) {
    let value = load(x)
    switch Operation {
    case 0: sum += value
    case 1: accumulate(&sum, value - center, value - center)
    case 2: accumulate(&sum, value, load(y))
    default:
      let slope = load(y)
      accumulate(&sum, slope, value - center)
      second += slope
    }
  }

  /// Runs shorter than a vector.
  @inline(always) private static func short(_ w: ChannelSums, _ x: In, _ y: In, _ center: Float) -> (
    sum: Float, second: Float
  ) {
    var (sum, second): (Float, Float) = (0, 0)
    var (x, y) = (x, y)
    for _ in 0..<w.runs {
      for i in 0..<w.count {
        switch Operation {
        case 0: sum += x[i]
        case 1: sum += (x[i] - center) * (x[i] - center)
        case 2: sum += x[i] * y[i]
        default:
          sum += (x[i] - center) * y[i]
          second += y[i]
        }
      }
      x += w.runStride
      y += w.runStride
    }
    return (sum, second)
  }
}
