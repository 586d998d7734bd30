import PlainText

/// The language in which `compare` talks to the two builds that it measures, and `run` to its contenders, over a pipe each
/// way. `Bench/Peers/README.md` describes the part that a contender speaks.
///
/// One request or reply per line. Builds may differ in age: both begin with the version, columns of rows go by name, and
/// whoever hears a line it does not know says so or gives up.
public enum ServeProtocol {
  /// The version that this build speaks.
  public static let version = 1
  /// The longest turn that can be asked for, in seconds; `compare` asks for milliseconds.
  public static let longestTurn = 60.0
  /// The largest growth of errors that a contender can claim: transforms of convolutions stay below it.
  public static let mostGrowth = 1000.0

  /// Why a greeting is none, in words that follow the name of who said it.
  public struct StrangeGreeting: Error, Equatable, CustomStringConvertible {
    /// Words that follow the name of who said it.
    public let description: String
  }
}

/// How a serving process opens a workload.
public struct OpenRequest: Equatable, Sendable {
  /// How much is checked before anything is measured.
  public enum Care: String, Sendable {
    /// Verify every case and count its allocations.
    case check
    /// Run every case once; another process of the same build has verified it.
    case trust
  }

  /// How much is checked.
  public var care: Care
  /// Names as `--kernels` takes them.
  public var kernels: [String]
  /// Names of instruction sets.
  public var isas: [String]
  /// Thread counts.
  public var threads: [Int]
  /// The cache state, as in the column.
  public var cache: String
  /// Of inputs and weights.
  public var seed: UInt64
  /// Cases that crashed before and are not to be touched, as `kernel|isa|threads`.
  public var without: [String]
  /// The workload's text.
  public var workloadText: String

  /// A request to open a workload.
  public init(
    _ care: Care, kernels: [String], isas: [String], threads: [Int], cache: String, seed: UInt64,
    without: [String] = [], workloadText: String
  ) {
    self.care = care
    self.kernels = kernels
    self.isas = isas
    self.threads = threads
    self.cache = cache
    self.seed = seed
    self.without = without
    self.workloadText = workloadText
  }
}

extension OpenRequest: CustomStringConvertible {
  public var description: String {
    let fields = [
      "kernels=\(kernels.joined(separator: ","))", "isas=\(isas.joined(separator: ","))",
      "threads=\(threads.map(String.init).joined(separator: ","))", "cache=\(cache)", "seed=\(seed)",
      "without=\(without.joined(separator: ","))",
    ]
    return "\(care.rawValue) \(fields.joined(separator: " ")) \(workloadText)"
  }

  init?(_ text: some StringProtocol) {
    let words = text.split(separator: " ", maxSplits: 7, omittingEmptySubsequences: false)
    guard words.count == 8, let care = Care(rawValue: String(words[0])) else { return nil }
    var values: [String] = []
    for (word, name) in zip(words[1...6], ["kernels", "isas", "threads", "cache", "seed", "without"]) {
      guard word.hasPrefix(name + "=") else { return nil }
      values.append(String(word.dropFirst(name.count + 1)))
    }
    func list(_ text: String) -> [String] { text.split(separator: ",").map(String.init) }
    let threads = list(values[2]).compactMap { Int($0) }
    guard threads.count == list(values[2]).count, let seed = UInt64(values[4]) else { return nil }
    self.init(
      care, kernels: list(values[0]), isas: list(values[1]), threads: threads, cache: values[3], seed: seed,
      without: list(values[5]), workloadText: String(words[7]))
  }
}

/// What the comparing process asks; the next request comes after the last reply to this one.
public enum ServeRequest: Equatable, Sendable {
  /// The version that the asking side speaks. Reply: `hello`.
  case hello(version: Int)
  /// Replies: `step`s, one `row` per case, then `opened`.
  case open(OpenRequest)
  /// To a contender: opens the task that a folder describes, besides those that are open. Replies: `step`s, a `growth` where
  /// its errors are larger than the formula's, then `opened` with the number of open tasks; the task's index is one less.
  case task(threads: Int, folder: String)
  /// To a contender: computes an open task once and writes its outputs to the task's folder. Reply: `computed`.
  case compute(index: Int)
  /// Calls the open case `index` for about `seconds`, more than 0 up to `longestTurn`. Reply: `times`.
  case measure(index: Int, seconds: Double)
  /// Frees what is open. Reply: `closed`.
  case close
  /// No reply: the process ends.
  case quit
}

extension ServeRequest: CustomStringConvertible {
  public var description: String {
    switch self {
    case .hello(let version): "hello \(version)"
    case .open(let request): "open \(request)"
    case .task(let threads, let folder): "task \(threads) \(LineText.escaped(folder))"
    case .compute(let index): "compute \(index)"
    case .measure(let index, let seconds): "measure \(index) \(seconds)"
    case .close: "close"
    case .quit: "quit"
    }
  }

  /// Reads a line without its line break; nil: it is no request.
  public init?(_ line: some StringProtocol) {
    let sides = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    let rest = sides.count == 2 ? sides[1] : ""
    switch sides.first ?? "" {
    case "hello":
      guard let version = Int(rest) else { return nil }
      self = .hello(version: version)
    case "open":
      guard let request = OpenRequest(rest) else { return nil }
      self = .open(request)
    case "task":
      let words = rest.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      guard words.count == 2, let threads = Int(words[0]), threads > 0,
        let folder = LineText.unescaped(words[1]), !folder.isEmpty
      else { return nil }
      self = .task(threads: threads, folder: folder)
    case "compute":
      guard let index = Int(rest), index >= 0 else { return nil }
      self = .compute(index: index)
    case "measure":
      let words = rest.split(separator: " ")
      guard words.count == 2, let index = Int(words[0]), let seconds = Double(words[1]), seconds > 0,
        seconds <= ServeProtocol.longestTurn
      else { return nil }
      self = .measure(index: index, seconds: seconds)
    case "close" where rest.isEmpty: self = .close
    case "quit" where rest.isEmpty: self = .quit
    default: return nil
    }
  }
}

/// What a serving process answers.
public enum ServeReply: Equatable, Sendable {
  /// Protocol version, version of the tool, CSV header of its rows; of a contender its name and its version.
  case hello(version: Int, tool: String, header: String)
  /// What it is about to do, in case it does not survive.
  case step(String)
  /// A case, with a digest of its result.
  case row(RowLine)
  /// All cases of the request are open, so many.
  case opened(count: Int)
  /// How many times as large as the formula's the errors of a contender may be, at least 1.
  case growth(Double)
  /// The outputs of a contender lie in the task's folder.
  case computed
  /// Seconds per call of several samples, and how often the system took the processor away meanwhile.
  case times([Double], switches: Int)
  /// Nothing is open any more.
  case closed
  /// The request cannot be fulfilled, and why.
  case refused(String)
}

extension ServeReply: CustomStringConvertible {
  public var description: String {
    switch self {
    case .hello(let version, let tool, let header): "hello \(version) \(tool) \(LineText.escaped(header))"
    case .step(let text): "step \(LineText.escaped(text))"
    case .row(let row): "row \(row)"
    case .opened(let count): "opened \(count)"
    case .growth(let factor): "growth \(factor)"
    case .computed: "computed"
    case .times(let seconds, let switches):
      "times \(switches) " + seconds.map { "\($0)" }.joined(separator: " ")
    case .closed: "closed"
    case .refused(let reason): "refused \(LineText.escaped(reason))"
    }
  }

  /// Reads a line without its line break; nil: it is no reply.
  public init?(_ line: some StringProtocol) {
    let sides = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    let rest = sides.count == 2 ? sides[1] : ""
    switch sides.first ?? "" {
    case "hello":
      let words = rest.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
      guard words.count >= 2, let version = Int(words[0]) else { return nil }
      guard let header = LineText.unescaped(words.count == 3 ? words[2] : "") else { return nil }
      self = .hello(version: version, tool: String(words[1]), header: header)
    case "row":
      guard let row = RowLine(rest) else { return nil }
      self = .row(row)
    case "times":
      let words = rest.split(separator: " ")
      let seconds = words.dropFirst().compactMap { Double($0) }
      guard words.count >= 2, let switches = Int(words[0]), switches >= 0,
        seconds.count == words.count - 1, seconds.allSatisfy({ $0 > 0 && $0.isFinite })
      else { return nil }
      self = .times(seconds, switches: switches)
    case "opened":
      guard let count = Int(rest), count >= 0 else { return nil }
      self = .opened(count: count)
    case "growth":
      guard let factor = Double(rest), factor >= 1, factor <= ServeProtocol.mostGrowth else { return nil }
      self = .growth(factor)
    case "computed" where rest.isEmpty: self = .computed
    case "closed" where rest.isEmpty: self = .closed
    case "step", "refused":
      guard let text = LineText.unescaped(rest) else { return nil }
      self = sides[0] == "step" ? .step(text) : .refused(text)
    default: return nil
    }
  }
}

extension ServeReply {
  /// What an answer to `hello` tells: the version of a tool and the header of its rows, or the name of a contender and its
  /// version.
  public static func greeting(
    _ line: String
  ) -> Result<(tool: String, header: String), ServeProtocol.StrangeGreeting> {
    guard case .hello(let version, let tool, let header) = ServeReply(line) else {
      return .failure(
        .init(description: "said '\(line.shown)'; expected 'hello \(ServeProtocol.version)' and who speaks"))
    }
    guard version == ServeProtocol.version else {
      let reason = "speaks version \(version) of the protocol; expected \(ServeProtocol.version)"
      return .failure(.init(description: reason))
    }
    return .success((tool, header))
  }
}
