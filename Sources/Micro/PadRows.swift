import MicroKernelAPI

@inline(never)
public func padRows(_ rows: UnsafePointer<PadRows>) {
  let r = rows.pointee
  let behind = r.outputStride &- r.before &- r.count
  for y in 0..<r.rows {
    let (source, target) = (r.input + y &* r.inputStride, r.output + y &* r.outputStride)
    clear(target, r.before)
    copyRun(source, target + r.before, r.count)
    clear(target + (r.before &+ r.count), behind)
  }
}

/// Whole vectors, the last of them moved back so that it ends with the run.
@inline(__always) private func copyRun(_ source: In, _ target: Out, _ count: Int) {
  if count < L { return copy(source, target, count) }
  var i = 0
  while i &+ L < count {
    store(target + i, load(source + i))
    i &+= L
  }
  store(target + (count &- L), load(source + (count &- L)))
}

/// Mostly none to three zeros: a loop would become a call of `memset`.
@inline(__always) private func clear(_ target: Out, _ count: Int) {
  if count > 0 { target[0] = 0 }
  if count > 1 { target[1] = 0 }
  if count > 2 { target[2] = 0 }
  if count > 3 { for i in 3..<count { target[i] = 0 } }
}
