import Kernels
import Measurement
import Records

/// Who worked on which tiles when: begin and end of each piece of work that a worker takes, in memory of fixed size.
///
/// Unchecked: each worker writes its own part of the memory, and it is read when the team is done.
public final class Timeline: @unchecked Sendable {
  /// A piece of work: consecutive tiles of one region that a worker took at once.
  public struct Event: Sendable, Equatable {
    /// The region's name.
    public let region: String
    /// Which worker; 0 is the thread that calls the team.
    public let worker: Int
    /// The tiles it took.
    public let tiles: Range<Int>
    /// On the clock of `Clock.now`.
    public let begin: Seconds
    /// On the clock of `Clock.now`.
    public let end: Seconds
  }

  private let capacity: Int
  private let lanes: [Lane]

  /// What one worker has written.
  private final class Lane {
    var events: [Event] = []
    var dropped = 0
  }

  /// - Parameter capacity: events per worker; later ones are counted, not kept.
  public init(threads: Int, capacity: Int) {
    precondition(threads > 0 && capacity > 0, "a timeline of \(capacity) events for \(threads) threads")
    self.capacity = capacity
    lanes = (0..<threads).map { _ in
      let lane = Lane()
      lane.events.reserveCapacity(capacity)
      return lane
    }
  }

  /// The same work, written down; a region that is not traced pays nothing.
  public func traced(_ region: Region) -> Region {
    let (name, body) = (region.name, region.body)
    return region.replacingBody { [self] tiles, worker in
      let begin = Clock.now()
      body(tiles, worker)
      note(Event(region: name, worker: worker, tiles: tiles, begin: begin, end: Clock.now()))
    }
  }

  private func note(_ event: Event) {
    let lane = lanes[event.worker]
    if lane.events.count < capacity { lane.events.append(event) } else { lane.dropped += 1 }
  }

  /// Events that were not kept.
  public var lost: Int { lanes.reduce(0) { $0 + $1.dropped } }
  /// All events that were kept, in the order in which they began.
  public var all: [Event] { lanes.flatMap(\.events).sorted { $0.begin < $1.begin } }

  /// Chrome's trace format, which Perfetto opens: times in µs since the first event, a thread for each worker.
  public func json(name: String) -> String {
    let list = all
    let start = list.first?.begin ?? Seconds(0)
    let names = lanes.indices.map {
      "{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":\($0),\"args\":{\"name\":\"\(Attribution.worker($0))\"}}"
    }
    let process =
      "{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"args\":{\"name\":\(JSON.string(name))}}"
    let lines = list.map { event in
      """
      {"name":\(JSON.string(event.region)),"cat":"tiles","ph":"X","pid":1,"tid":\(event.worker),\
      "ts":\(micros(event.begin - start)),"dur":\(micros(event.end - event.begin)),\
      "args":{"first":\(event.tiles.lowerBound),"last":\(event.tiles.upperBound - 1)}}
      """
    }
    let all = ([process] + names + lines).joined(separator: ",\n")
    return "{\"traceEvents\":[\n\(all)\n],\"displayTimeUnit\":\"ns\"}\n"
  }

  private func micros(_ time: Seconds) -> Double { (time.value * 1e9).rounded() / 1e3 }
}
