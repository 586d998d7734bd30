import Kernels
import Operators
import Tensors

/// The numbers of one row of logits: the largest, and the sum of the exponentials of the differences from it.
private struct SoftmaxRow<A: ReferenceNumber> {
  let logits: UnsafePointer<A>
  let largest: A
  let sum: A

  init(_ logits: UnsafePointer<A>, _ C: Int) {
    var (largest, sum) = (logits[0], A(0))
    for c in 1..<max(1, C) { largest = A.maximum(largest, logits[c]) }
    for c in 0..<C { sum = sum + (logits[c] - largest).exponential() }
    (self.logits, self.largest, self.sum) = (logits, largest, sum)
  }

  /// `log Σ exp(x) − x[label]`.
  func loss(_ label: Int) -> A { sum.logarithm() + largest - logits[label] }

  func probability(_ c: Int) -> A { (logits[c] - largest).exponential() / sum }
}

extension Sequence<Int64> {
  /// How many count; nil if one is neither a class nor the ignored one.
  fileprivate func counted(below classes: Int) -> Int? {
    var count = 0
    for label in self where label != CrossEntropy.ignored {
      guard (0..<Int64(classes)).contains(label) else { return nil }
      count += 1
    }
    return count
  }
}

extension CrossEntropy: ReferenceOperator {
  /// Row by row, and the mean of them.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    let (N, C) = (place.inputShapes[0].n, place.inputShapes[0].c)
    let labels = UnsafeBufferPointer(start: place.input(1, as: Int64.self), count: N)
    return {
      guard let count = labels.counted(below: C) else {
        place.output[0] = A(.nan)
        return
      }
      var sum = A(0)
      for n in 0..<N where labels[n] != CrossEntropy.ignored {
        sum = sum + SoftmaxRow(place.inputs[0] + n * C, C).loss(Int(labels[n]))
      }
      place.output[0] = sum / A(Float(count))
    }
  }
}

extension CrossEntropyGradient: ReferenceOperator {
  /// Row by row.
  public func step<A: ReferenceNumber>(_ place: ReferenceMemory<A>) -> () -> Void {
    let (N, C) = (place.inputShapes[0].n, place.inputShapes[0].c)
    let labels = UnsafeBufferPointer(start: place.input(1, as: Int64.self), count: N)
    return {
      let count = labels.counted(below: C)
      let factor = place.inputs[2][0] / A(Float(count ?? 1))
      for n in 0..<N {
        let (row, output) = (SoftmaxRow(place.inputs[0] + n * C, C), place.output + n * C)
        for c in 0..<C {
          if count == nil {
            output[c] = A(.nan)
          } else if labels[n] == CrossEntropy.ignored {
            output[c] = A(0)
          } else {
            let hit = A(labels[n] == Int64(c) ? 1 : 0)
            output[c] = factor * (row.probability(c) - hit)
          }
        }
      }
    }
  }
}
