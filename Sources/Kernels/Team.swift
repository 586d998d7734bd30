import CPlatform
import Dispatch
import Glibc
import Synchronization

/// A resident team: the calling thread and `threads − 1` workers, each on a serial Dispatch queue of its own.
///
/// One thread at a time may call `run`.
public final class Team: Sendable {
  /// Exactly this many threads work, also above the number of cores.
  public let threads: Int
  private let state: State
  private let workers: [Worker]
  private let calls = Atomic<Int>(0)

  /// - Precondition: at least one thread.
  public init(threads: Int) {
    precondition(threads > 0, "a team of \(threads) threads")
    self.threads = threads
    state = State(threads: threads)
    workers = (1..<max(threads, 1)).map { Worker(index: $0) }
    for worker in workers {
      let queue = DispatchQueue(label: "cbambench.worker.\(worker.index)", qos: .userInitiated)
      queue.async { [state] in Mark.worker(worker.index) { worker.live(state) } }
    }
  }

  deinit {
    state.stop.store(true, ordering: .sequentiallyConsistent)
    for worker in workers { worker.wake() }
  }

  /// Runs all regions one after the other; returns when the last tile is done.
  public func run(_ regions: [Region]) {
    for region in regions { run(region) }
  }

  /// Runs one region; returns when its last tile is done. Allocates nothing.
  public func run(_ region: Region) {
    if threads == 1 || region.tiles <= 1 {
      region.body(0..<region.tiles, 0)
      return
    }
    // A region with fewer tiles than threads leaves the others asleep: waking one takes longer than a small tile.
    let called = min(threads, region.tiles) - 1
    state.publish(region, for: called + 1)
    for worker in workers[..<called] { worker.wake() }
    calls.wrappingAdd(called, ordering: .relaxed)
    state.work(as: 0)
    state.awaitEnd()
  }

  /// How many workers regions have called on so far, each region those that it has tiles for; asleep or not.
  public var workersCalled: Int { calls.load(ordering: .relaxed) }

  /// Seconds of processor time that caller and workers have used so far, waiting included. The process's own clock lags
  /// behind: it does not see what other threads have used since the last tick.
  public var processorTime: Double {
    workers.reduce(Self.seconds(CLOCK_THREAD_CPUTIME_ID)) { $0 + Self.seconds(of: $1) }
  }

  /// The same for each thread, the caller first.
  public var processorTimes: [Double] {
    [Self.seconds(CLOCK_THREAD_CPUTIME_ID)] + workers.map { Self.seconds(of: $0) }
  }

  private static func seconds(of worker: Worker) -> Double {
    let clock = worker.clock.load(ordering: .relaxed)
    return clock == 0 ? 0 : seconds(clockid_t(clock))
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Whether the thread of every worker has begun.
  var isComplete: Bool { workers.allSatisfy { $0.clock.load(ordering: .relaxed) != 0 } }

  /// Sends the workers to sleep until the next `run`, so that they take no time from what is measured meanwhile.
  public func rest() { state.resting.store(true, ordering: .sequentiallyConsistent) }
}

/// The chunks of a region that one thread takes first: neighbouring ones, the same in every region of as many tiles, so
/// that its cache still holds what it worked on before. The others help when they have nothing left.
private struct Share: ~Copyable {
  /// epoch (32 bits) | end (16) | next chunk (16).
  private let claims = Atomic<UInt64>(0)
  /// Keeps the words of two threads off one cache line, and off the pair of lines that is fetched together.
  private let padding = InlineArray<15, UInt64>(repeating: 0)

  func publish(_ chunks: Range<Int>, epoch: UInt64) {
    let word = epoch << 32 | UInt64(chunks.upperBound) << 16 | UInt64(chunks.lowerBound)
    claims.store(word, ordering: .sequentiallyConsistent)
  }

  var hasWork: Bool { Share.next(claims.load(ordering: .sequentiallyConsistent)) != nil }

  /// The next chunk, for this thread alone; nil if none is left.
  func claim() -> Int? {
    var word = claims.load(ordering: .acquiring)
    while let next = Share.next(word) {
      let (taken, current) = claims.compareExchange(
        expected: word, desired: word &+ 1, ordering: .acquiringAndReleasing)
      if taken { return next }
      word = current
    }
    return nil
  }

  private static func next(_ word: UInt64) -> Int? {
    let (next, end) = (word & 0xffff, (word >> 16) & 0xffff)
    return next < end ? Int(next) : nil
  }
}

/// What caller and workers have in common.
private final class State: @unchecked Sendable {
  // Not an array of objects: a reference to one would be counted at every look, by all threads in one cache line.
  private let shares: UnsafeMutableBufferPointer<Share>
  let done = Atomic<Int>(0)
  let stop = Atomic<Bool>(false)
  let resting = Atomic<Bool>(false)
  // Written by the caller before the shares are released, read by workers after they have acquired a claim of that epoch;
  // not written again before all claimed chunks are done.
  private var region = Region("none", tiles: 0) { _, _ in }
  private var chunks = 0
  private var epoch: UInt64 = 0

  /// Enough to balance uneven tiles, few enough that claiming them costs little.
  private static let chunksPerThread = 16

  init(threads: Int) {
    shares = .allocate(capacity: threads)
    for i in 0..<threads { shares.initializeElement(at: i, to: Share()) }
  }

  deinit {
    shares.deinitialize()
    shares.deallocate()
  }

  /// - Parameter active: threads that get chunks of their own; others may help.
  func publish(_ next: Region, for active: Int) {
    region = next
    chunks = min(next.tiles, State.chunksPerThread * shares.count, 0xffff)
    done.store(0, ordering: .relaxed)
    resting.store(false, ordering: .relaxed)
    epoch = (epoch + 1) & 0xffff_ffff
    for i in shares.indices {
      let own = i < active ? chunks * i / active..<chunks * (i + 1) / active : chunks..<chunks
      shares[i].publish(own, epoch: epoch)
    }
  }

  /// Whether unclaimed chunks are there.
  var hasWork: Bool { shares.indices.contains { shares[$0].hasWork } }

  /// Takes chunks until none is left: its own first, then those of the threads after it.
  func work(as worker: Int) {
    var offset = 0
    guard var chunk = claim(worker, &offset) else { return }
    // The caller waits for this thread's count before it publishes another region: what is read here holds for all chunks.
    let (body, tiles, chunks) = (region.body, region.tiles, chunks)
    var finished = 0
    while true {
      body(tiles * chunk / chunks..<tiles * (chunk + 1) / chunks, worker)
      finished += 1
      guard let next = claim(worker, &offset) else { break }
      chunk = next
    }
    done.wrappingAdd(finished, ordering: .releasing)
  }

  /// A chunk of the thread's own, else of the threads after it.
  private func claim(_ worker: Int, _ offset: inout Int) -> Int? {
    while offset < shares.count {
      if let chunk = shares[(worker + offset) % shares.count].claim() { return chunk }
      offset += 1
    }
    return nil
  }

  /// Spins until all chunks are done; yields the core now and then, in case a worker waits for it. Not inlined, for
  /// profiles.
  @inline(never)
  func awaitEnd() {
    var spins = 0
    while done.load(ordering: .acquiring) < chunks {
      spins += 1
      if spins % 2048 == 0 { yieldCore() } else { cplatform_relax() }
    }
  }
}

/// A worker: spins for work, then parks until it is woken.
private final class Worker: Sendable {
  let index: Int
  /// The clock of its thread's processor time; 0 before the thread runs.
  let clock = Atomic<Int>(0)
  private let parked = Atomic<Bool>(false)
  private let semaphore = DispatchSemaphore(value: 0)

  /// About 100 µs of waiting between regions before a worker parks.
  private static let spins = 4000

  init(index: Int) { self.index = index }

  func live(_ state: State) {
    var id = clockid_t()
    if pthread_getcpuclockid(pthread_self(), &id) == 0 { clock.store(Int(id), ordering: .relaxed) }
    while !state.stop.load(ordering: .relaxed) {
      state.work(as: index)
      awaitWork(state)
      if !state.hasWork { park(state) }
    }
  }

  /// Not inlined, for profiles.
  @inline(never)
  private func awaitWork(_ state: State) {
    var spins = 0
    while !state.hasWork, spins < Worker.spins, !state.resting.load(ordering: .relaxed) {
      spins += 1
      if spins % 512 == 0 { yieldCore() } else { cplatform_relax() }
    }
  }

  @inline(never)
  private func park(_ state: State) {
    parked.store(true, ordering: .sequentiallyConsistent)
    // Work that was published before `parked` was seen would otherwise wait for the next region.
    if state.hasWork || state.stop.load(ordering: .sequentiallyConsistent) {
      // If the caller has cleared the flag meanwhile, its signal is on the way and must be consumed.
      if !parked.exchange(false, ordering: .sequentiallyConsistent) { semaphore.wait() }
    } else {
      semaphore.wait()
    }
  }

  func wake() {
    if parked.load(ordering: .sequentiallyConsistent),
      parked.exchange(false, ordering: .sequentiallyConsistent)
    {
      semaphore.signal()
    }
  }
}
