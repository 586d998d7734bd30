import CPlatform
import MicroBaseline
import MicroKernelAPI
import MicroAVX2
import MicroAVX512

/// An instruction set that micro-kernels are compiled for.
public enum ISA: String, Sendable, CaseIterable, Comparable {
  /// What every CPU of the architecture has: SSE2 on x86-64.
  case baseline
  /// AVX2 and FMA: x86-64-v3.
  case avx2
  /// AVX-512 F, BW, CD, DQ, VL: x86-64-v4.
  case avx512

  private var rank: Int {
    switch self {
    case .baseline: 0
    case .avx2: 1
    case .avx512: 2
    }
  }

  /// Orders by the width of the vectors.
  public static func < (a: ISA, b: ISA) -> Bool { a.rank < b.rank }

  /// Whether this machine can execute it.
  public var isAvailable: Bool {
    switch self {
    case .baseline: true
    case .avx2: cplatform_has_avx2_fma()
    case .avx512: cplatform_has_avx512()
    }
  }

  /// Those that this machine can execute.
  public static let available = allCases.filter(\.isAvailable)

  /// The widest of them.
  public static let best = available.last ?? .baseline

  /// Its micro-kernels.
  /// - Precondition: `isAvailable`.
  public var microKernels: MicroKernels {
    precondition(isAvailable, "this machine cannot execute \(rawValue)")
    switch self {
    case .baseline: return MicroBaseline.microKernels()
    case .avx2: return MicroAVX2.microKernels()
    case .avx512: return MicroAVX512.microKernels()
    }
  }
}
