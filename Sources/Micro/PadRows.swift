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

/// Mostly none to three zeros: a loop would become a call of `memset`.
@inline(__always) private func clear(_ target: Out, _ count: Int) {
  if count > 0 { target[0] = 0 }
  if count > 1 { target[1] = 0 }
  if count > 2 { target[2] = 0 }
  if count > 3 { for i in 3..<count { target[i] = 0 } }
}
