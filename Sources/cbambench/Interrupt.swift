import Glibc
import Synchronization

/// Ctrl-C: the first asks the run to end after the sample at hand, the second ends the process.
enum Interrupt {
  private static let flag = Atomic<Bool>(false)

  static var isSet: Bool { flag.load(ordering: .relaxed) }

  /// In a process that measures for another one: that one hears of Ctrl-C and tells once; its end ends both.
  static func obeyParent() {
    for number in [SIGINT, SIGTERM] { signal(number, SIG_IGN) }
  }

  static func watch() {
    // Touched here, so that the handler does not initialise it.
    flag.store(false, ordering: .relaxed)
    var blocked = sigset_t()
    sigemptyset(&blocked)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interrupt.flag.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
      sigaddset(&blocked, number)
    }
    signal(SIGUSR1) { _ in Interrupt.flag.store(true, ordering: .relaxed) }
    sigaddset(&blocked, SIGUSR1)
    // Whoever starts a process from a Dispatch queue hands on that queue's mask, which blocks signals.
    pthread_sigmask(SIG_UNBLOCK, &blocked, nil)
    signal(SIGPIPE, SIG_IGN)
  }
}
