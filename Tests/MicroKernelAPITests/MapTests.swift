import Foundation
import Kernels
import MicroKernelAPI
import Testing

/// Micro-kernels that compute each value for itself. Flaws they would catch: a rest that is left out or written twice, reading
/// or writing beyond the end, a gate of the wrong plane.
@Suite struct MapTests {
  @Test(arguments: availableISAs)
  func exactOperations(isa: ISA) throws {
    for count in awkwardLengths(isa) {
      let cases: [(Elementwise.Operation, (Float, Float) -> Float)] = [
        (.relu, { x, _ in max(x, 0) }), (.add, { $0 + $1 }), (.affine, { x, _ in x * 3 - 2 }),
        (.copy, { x, _ in x }), (.relu6, { x, _ in min(max(x, 0), 6) }),
      ]
      for (operation, formula) in cases {
        let memory = TestMemory()
        let (x, y) = (try memory.values(count), try memory.values(count, seed: 5))
        let output = try memory.output(count)
        var work = Elementwise(operation, input: x, output: output, count: count)
        work.second = UnsafePointer(y)
        (work.scale, work.shift) = (3, -2)
        let expected = (0..<count).map { formula(x[$0], y[$0]) }
        #expect(
          memory.result(of: work, isa, at: output, count) == expected, "\(operation) of \(count), \(isa)")
      }
    }
  }

  /// The exponential is right to 1.5 ε, which a sigmoid passes on at most once; its sum and its quotient add half an ε each, a
  /// further product half an ε. (ε is the distance from 1 to the next number; where a quotient loses a binade it counts twice.)
  @Test(arguments: availableISAs)
  func curves(isa: ISA) throws {
    let cases: [(Elementwise.Operation, Double, (Double) -> Double)] = [
      (.sigmoid, 4, { 1 / (1 + exp(-$0)) }), (.silu, 5, { $0 / (1 + exp(-$0)) }),
      (.hardSigmoid, 2, { min(max($0 + 3, 0), 6) / 6 }),
      (.hardSwish, 3, { $0 * min(max($0 + 3, 0), 6) / 6 }), (.exponential, 2, { exp($0) }),
    ]
    for count in awkwardLengths(isa) {
      for (operation, errors, formula) in cases {
        let memory = TestMemory()
        let x = try memory.values(count)
        for i in 0..<count { x[i] *= 5.3 }
        let output = try memory.output(count)
        let work = Elementwise(operation, input: x, output: output, count: count)
        let expected = (0..<count).map { formula(Double(x[$0])) }
        let result = memory.result(of: work, isa, at: output, count)
        for (i, exact) in expected.enumerated() {
          let bound = errors * abs(exact) * Double(Float.ulpOfOne)
          #expect(abs(Double(result[i]) - exact) <= bound, "\(operation) at \(i) of \(count), \(isa)")
        }
      }
    }
  }

  @Test(arguments: availableISAs)
  func affinePlanes(isa: ISA) throws {
    for count in awkwardLengths(isa) {
      for planes in [0, 1, 3, 37] {
        let memory = TestMemory()
        let (x, scales) = (try memory.values(planes * count), try memory.values(planes, seed: 2))
        let shifts = try memory.values(planes, seed: 3)
        let output = try memory.output(planes * count)
        var work = AffinePlanes(input: x, output: output, scales: scales, shifts: shifts)
        (work.planes, work.count) = (planes, count)
        let expected = (0..<planes * count).map { x[$0] * scales[$0 / count] + shifts[$0 / count] }
        #expect(
          memory.result(of: work, isa, at: output, planes * count) == expected,
          "\(planes) planes of \(count), \(isa)")
      }
    }
  }

  @Test(arguments: availableISAs, [true, false])
  func gates(isa: ISA, relu: Bool) throws {
    for count in awkwardLengths(isa) where count > 0 {
      for variant in 0..<8 {
        let memory = TestMemory()
        let (images, planes) = (2, 3)
        let total = images * planes * count
        let x = try memory.values(total)
        let output = try memory.output(total)
        var work = Gate(input: x, output: output)
        (work.images, work.planes, work.count, work.relu) = (images, planes, count, relu)
        if variant & 1 != 0 { work.planeGates = UnsafePointer(try memory.values(images * planes, seed: 2)) }
        if variant & 2 != 0 { work.gates = UnsafePointer(try memory.values(images * count, seed: 3)) }
        if variant & 4 != 0 { work.residual = UnsafePointer(try memory.values(total, seed: 4)) }
        for gatesFirst in [false, true] {
          work.gatesFirst = gatesFirst
          let expected = (0..<total).map { at -> Float in
            let (plane, image, i) = (at / count, at / (planes * count), at % count)
            let product = x[at] * (work.planeGates?[plane] ?? 1) * (work.gates?[image * count + i] ?? 1)
            return finished(product, work.residual?[at], relu: relu)
          }
          #expect(
            memory.result(of: work, isa, at: output, total) == expected,
            "variant \(variant) of \(count), gates first \(gatesFirst), \(isa)")
        }
      }
    }
  }

  /// With fractions, the order of two products shows in the last bit.
  @Test(arguments: availableISAs)
  func theOrderOfGatesIsKept(isa: ISA) throws {
    let (planes, count) = (3, isa.microKernels.lanes + 3)
    let memory = TestMemory()
    let x = try memory.values(planes * count)
    let gates = (try memory.values(planes, seed: 2), try memory.values(count, seed: 3))
    for i in 0..<planes * count { x[i] = x[i] / 7 + 0.1 }
    for i in 0..<planes { gates.0[i] = gates.0[i] / 9 + 0.7 }
    for i in 0..<count { gates.1[i] = gates.1[i] / 11 + 0.6 }
    let output = try memory.output(planes * count)
    var work = Gate(input: x, output: output)
    (work.planes, work.count) = (planes, count)
    (work.planeGates, work.gates) = (UnsafePointer(gates.0), UnsafePointer(gates.1))
    var results: [[Float]] = []
    for gatesFirst in [false, true] {
      work.gatesFirst = gatesFirst
      let expected = (0..<planes * count).map { at -> Float in
        let (plane, pixel) = (gates.0[at / count], gates.1[at % count])
        return gatesFirst ? (x[at] * pixel) * plane : (x[at] * plane) * pixel
      }
      results.append(memory.result(of: work, isa, at: output, planes * count))
      #expect(results.last == expected, "gates first \(gatesFirst), \(isa)")
    }
    #expect(results[0] != results[1])
  }
}
