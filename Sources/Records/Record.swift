/// One measured row: workload × kernel × instruction set × threads × cache state. Nil: not measured.
public struct Record: Sendable, Equatable {
  /// What became of the row; see the column.
  public enum Status: String, Sendable, CaseIterable {
    /// Measured; not measured, see the reason; a wrong result; a check that could not have failed; a crash or
    /// an error.
    case ok, skipped, disagrees, mistrusted, failed
  }

  /// Name of the suite; empty for a workload text.
  public var suite = ""
  /// The name given in the suite, else the text.
  public var workload = ""
  /// Keyword of the operator.
  public var op = ""
  /// Input extents, several inputs separated by a space.
  public var inputShape = ""
  /// Output extents.
  public var outputShape = ""
  /// `reference`, `tiled/direct`, …: what ran.
  public var kernel = ""
  /// `baseline`, `avx2` or `avx512`; the reference is always `baseline`.
  public var isa = ""
  /// Threads that worked; the reference has one row with 1.
  public var threads: Int?
  /// `hot`: the call before touched the same memory; `cold`: inputs and weights evicted from all levels
  /// before each call, outside the time; `weights-cold`: weights only.
  public var cache = ""
  /// `ok`; `skipped`, `failed` (see reason); `disagrees`: wrong; `mistrusted`: no comparison could have
  /// failed.
  public var status = ""
  /// Why a row is not `ok`.
  public var reason = ""
  /// Everything learned, shared weights once, batch norm's scale and shift included.
  public var parameters: Int?
  /// Nominal multiply-adds of convolution and dense layers.
  public var macs: Int?
  /// 2·macs + one for every other addition, multiplication, division, comparison, exponential.
  public var flops: Int?
  /// Compulsory traffic: 4·(inputs + parameters + outputs).
  public var bytes: Int?
  /// Scratch memory of the kernel at this thread count.
  public var workspaceBytes: Int?
  /// Heap allocations of all threads per call in the steady state, told by tcmalloc's hooks.
  public var allocationsPerCall: Double?
  /// Rounds that were measured.
  public var rounds: Int?
  /// Samples over all rounds.
  public var samples: Int?
  /// Median over rounds of the median of each round's samples [ms].
  public var medianMs: Double?
  /// Median absolute deviation of the rounds from `median_ms`, unscaled [ms].
  public var madMs: Double?
  /// Shortest sample [ms].
  public var minMs: Double?
  /// 95th percentile of the samples [ms].
  public var p95Ms: Double?
  /// Lower end of the 95 % bootstrap interval of the median (1,000 resamples, seeded) [ms].
  public var ciLowMs: Double?
  /// Upper end [ms].
  public var ciHighMs: Double?
  /// flops / (median_ms · 10⁶) [GFLOP/s].
  public var gflops: Double?
  /// bytes / (median_ms · 10⁶) [GB/s].
  public var gbps: Double?
  /// flops / bytes [FLOP/byte].
  public var intensity: Double?
  /// min(FMA peak, intensity × bandwidth), measured in the same run for this isa and thread count; the
  /// bandwidth is that of the smallest level that holds the bytes, with `cold` that of memory [GFLOP/s].
  public var roofGflops: Double?
  /// gflops / roof_gflops; as macs are nominal, it exceeds 1 where most taps lie in the padding and a
  /// kernel leaves them out.
  public var roofFraction: Double?
  /// Reference median_ms / median_ms, same run.
  public var speedupVsReference: Double?
  /// median_ms of the same kernel and isa with one thread / median_ms.
  public var speedupVs1Thread: Double?
  /// speedup_vs_1_thread / threads.
  public var efficiency: Double?
  /// Largest distance from the oracle, with the inputs that were timed.
  public var maxError: Double?
  /// Derived bound at the output where error ÷ bound is largest.
  public var errorBound: Double?
  /// Seed of inputs, weights, order of rounds and bootstrap.
  public var seed: Int?
  /// CPU model and usable CPUs.
  public var machine = ""
  /// `git describe` of the checkout that the executable lies in.
  public var revision = ""
  /// Start of the run, ISO 8601, UTC; a continued run keeps it.
  public var started = ""
  /// The workload's text, every key spelt out.
  public var workloadText = ""
  /// What was asked for, e.g. `tiled`.
  public var requestedKernel = ""
  /// Multiply-adds whose tap lies inside the image.
  public var macsInside: Int?
  /// Packing of the weights, outside the timed region [ms].
  public var prepareMs: Double?
  /// Processor time of all threads per call, median over samples [ms].
  public var cpuMs: Double?
  /// 1 if threads exceed the usable CPUs.
  public var oversubscribed: Int?
  /// Swift version that built the executable.
  public var compiler = ""
  /// Load average over one minute when the row was made.
  public var load: Double?
  /// How often the network that the suite stands for has this layer; 1 unless the suite says so.
  public var multiplicity: Int?
  /// What a call needs in memory: inputs, packed weights, output and workspace.
  public var memoryBytes: Int?
  /// What must be equal for times of two runs to be comparable: CPU model, usable CPUs, caches,
  /// instruction sets.
  public var fingerprint = ""
  /// What `--data` and `--weights-data` chose: `dense`, `zeros`, `sparse:0.9` (share of zeros),
  /// `denormal` or a `.npy` file, then ` weights=…` unless these are dense; empty in older records:
  /// dense.
  public var data = ""
  /// `forward`, `backward-data`, `backward-weights`, `backward` or `training`; empty in older records: forward.
  public var pass = ""
  /// Images of a batch / median_ms, for training steps of networks.
  public var imagesPerSecond: Double?
  /// Of a training step: the forward pass [ms].
  public var forwardMs: Double?
  /// Of a training step: the loss and its gradient [ms].
  public var lossMs: Double?
  /// Of a training step: the backward pass [ms].
  public var backwardMs: Double?
  /// Of a training step: the new weights and running statistics [ms].
  public var updateMs: Double?
  /// Of a training step: weights are packed anew, which is in none of the four phases [ms].
  public var packingMs: Double?
  /// Of a training step: inputs and results of layers that live at the same time, if each layer writes tensors of its own.
  public var peakActivationBytes: Int?
  /// Of a training step: losses before the first steps from the seeded weights, separated by a space.
  public var losses = ""

  /// Nothing measured, every text empty.
  public init() {}
}
