import CPlatform
import MicroKernelAPI

extension Code {
  @inline(never) static func windowRows(_ work: UnsafePointer<WindowRows>) {
    switch work.pointee.kernelWidth {
    case 1: Windows<1>.run(work)
    case 2: Windows<2>.run(work)
    case 3: Windows<3>.run(work)
    default: Windows<0>.run(work)
    }
  }
}

/// `Width`: of the kernel, 0 for any that has more than three columns.
enum Windows<let Width: Int> {
  @inline(never) static func run(_ work: UnsafePointer<WindowRows>) {
    let w = work.pointee
    var (y, x) = (w.first / w.columns.count, w.first % w.columns.count)
    let depth = w.channels &* w.kernelHeight &* w.kernelWidth
    for pixel in 0..<w.count {
      let row = w.output + pixel &* w.rowStride
      let window = Window(
        source: w.input + (w.rows.firsts[y] &* w.width &+ w.columns.firsts[x]), height: w.rows.counts[y],
        width: w.columns.counts[x])
      if window.height == w.kernelHeight && window.width == w.kernelWidth {
        whole(w, window, row)
        clear(row + depth, w.rowStride &- depth)
      } else {
        clear(row, w.rowStride)
        part(w, window, row + (w.rows.taps[y] &* w.kernelWidth &+ w.columns.taps[x]))
      }
      x &+= 1
      if x == w.columns.count { (y, x) = (y &+ 1, 0) }
    }
  }

  /// Inside the image.
  private struct Window {
    let source: In
    let height: Int
    let width: Int
  }

  @inline(always) private static func whole(_ w: WindowRows, _ window: Window, _ row: Out) {
    let taps = w.kernelHeight &* w.kernelWidth
    for i in 0..<w.kernelHeight {
      var source = window.source + i &* w.rows.step &* w.width
      var target = row + i &* w.kernelWidth
      var c = 0
      while c &+ 4 <= w.channels {
        for _ in 0..<4 {
          copyTaps(source, target, w)
          source += w.planeStride
          target += taps
        }
        // Vectors would gather from planes and scatter into taps, one value at a time.
        cplatform_keep_order()
        c &+= 4
      }
      while c < w.channels {
        copyTaps(source, target, w)
        source += w.planeStride
        target += taps
        cplatform_keep_order()
        c &+= 1
      }
    }
  }

  /// The taps of one row.
  @inline(always) private static func copyTaps(_ source: In, _ target: Out, _ w: WindowRows) {
    let step = w.columns.step
    if Width > 0 {
      target[0] = source[0]
      if Width > 1 { target[1] = source[step] }
      if Width > 2 { target[2] = source[2 &* step] }
    } else if step == 1 {
      copyRun(source, target, w.kernelWidth)
    } else {
      for i in 0..<w.kernelWidth {
        target[i] = source[i &* step]
        cplatform_keep_order()
      }
    }
  }

  @inline(always) private static func part(_ w: WindowRows, _ window: Window, _ row: Out) {
    let taps = w.kernelHeight &* w.kernelWidth
    for i in 0..<window.height {
      for j in 0..<window.width {
        var source = window.source + (i &* w.rows.step &* w.width &+ j &* w.columns.step)
        var target = row + (i &* w.kernelWidth &+ j)
        for _ in 0..<w.channels {
          target.pointee = source.pointee
          source += w.planeStride
          target += taps
          cplatform_keep_order()
        }
      }
    }
  }
}

/// Few floats, mostly: no call of `memset`.
@inline(always) private func clear(_ target: Out, _ count: Int) {
  for i in 0..<count {
    target[i] = 0
    cplatform_keep_order()
  }
}
