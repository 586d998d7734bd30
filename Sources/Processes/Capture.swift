import CPlatform
import Glibc
import Measurement

extension Program {
  /// What a program that ran to its end has said.
  public struct Said {
    /// How it ended.
    public let ending: Ending
    /// The beginning, at most `Program.most` bytes.
    public let text: String
  }

  /// Why a program did not come to its end.
  public enum Loss: Error, CustomStringConvertible {
    /// It could not be started.
    case start(StartError)
    /// It was killed at its time limit.
    case slow(limit: Seconds)
    /// It was killed because this process is to end.
    case interrupted

    /// Words that follow the program's name.
    public var description: String {
      switch self {
      case .start(let error): "\(error)"
      case .slow(let limit): "took longer than \(Int(limit.value)) s"
      case .interrupted: "interrupted"
      }
    }
  }

  /// The stream that is kept.
  public enum Stream: Sendable { case output, error }

  /// So much of what it says is kept.
  public static let most = 65536
  /// How late an interruption or an end is noticed.
  private static let glance: Int32 = 50

  /// Runs a program to its end and keeps what it says on one stream; the others lead nowhere.
  /// - Parameter limit: after which it is ended.
  public static func run(
    _ words: [String], keeping stream: Stream, limit: Seconds, environment: [String: String] = [:],
    isInterrupted: () -> Bool = { false }
  ) throws(Loss) -> Said {
    var ends: [Int32] = [0, 0]
    guard cplatform_pipe(&ends) == 0 else { throw .start(StartError(number: errno)) }
    defer { close(ends[0]) }
    let streams = stream == .output ? Streams(output: ends[1]) : Streams(error: ends[1])
    let program: Program
    do { program = try Program(words, streams, environment: environment) } catch {
      close(ends[1])
      throw .start(error)
    }
    close(ends[1])
    let start = Clock.now()
    var (bytes, isOpen): ([UInt8], Bool) = ([], true)
    while true {
      if isInterrupted() || Clock.now() - start > limit {
        program.stop()
        throw isInterrupted() ? .interrupted : .slow(limit: limit)
      }
      // First: what it said before its end is in the pipe then.
      let ending = program.ended(within: Seconds(isOpen ? 0 : Double(glance) / 1000))
      while isOpen, let more = next(from: ends[0], within: ending == nil ? glance : 0) {
        bytes += more.prefix(most - bytes.count)
        isOpen = !more.isEmpty
        if ending == nil { break }
      }
      if let ending { return Said(ending: ending, text: String(decoding: bytes, as: UTF8.self)) }
    }
  }

  /// What comes within some milliseconds, empty at the end of the stream; nil: nothing.
  private static func next(from file: Int32, within time: Int32) -> [UInt8]? {
    var request = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
    guard poll(&request, 1, time) > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(file, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
  }
}
