import Glibc

/// Threads that the system does not give.
public struct ThreadShortage: Error, Equatable, CustomStringConvertible {
  /// Threads of the team, the calling one included.
  public let wanted: Int
  /// Of these, those that can be had.
  public let had: Int

  /// One sentence for a row or a message.
  public var description: String {
    "this machine gives no more threads: \(had) of \(wanted) (limits: ulimit -u, ulimit -v, pids.max)"
  }
}

extension Team {
  /// A team whose threads the system gives. Dispatch, which makes them, waits without end for one that it does not get.
  /// - Throws: `ThreadShortage`, found out by starting as many threads that end at once.
  public static func available(threads: Int) throws(ThreadShortage) -> Team {
    let started = ThreadProbe.started(threads - 1)
    guard started == threads - 1 else { throw ThreadShortage(wanted: threads, had: started + 1) }
    let team = Team(threads: threads)
    // Else a worker that begins late allocates in the middle of what is measured. A moment, 5 s at most.
    var looks = 0
    while !team.isComplete, looks < 50_000 {
      usleep(100)
      looks += 1
    }
    return team
  }
}

private enum ThreadProbe {
  /// How many of so many threads can be there at a time.
  static func started(_ count: Int) -> Int {
    let gate = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    defer { gate.deallocate() }
    pthread_mutex_init(gate, nil)
    pthread_mutex_lock(gate)
    var threads: [pthread_t] = []
    while threads.count < count {
      var thread = pthread_t()
      let status = pthread_create(
        &thread, nil,
        { gate in
          if let gate = gate?.assumingMemoryBound(to: pthread_mutex_t.self) {
            pthread_mutex_lock(gate)
            pthread_mutex_unlock(gate)
          }
          return nil
        }, gate)
      guard status == 0 else { break }
      threads.append(thread)
    }
    pthread_mutex_unlock(gate)
    for thread in threads { pthread_join(thread, nil) }
    pthread_mutex_destroy(gate)
    return threads.count
  }
}
