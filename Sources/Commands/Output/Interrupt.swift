import CPlatform
import Glibc
import Synchronization

/// Ctrl-C: the first asks the process to end after the step at hand, which has a limit; the second ends it at once.
enum Interrupt {
  /// What is still to be done after the first signal may take so long: files are written in it.
  private static let patience: UInt32 = 10
  private static let flag = Atomic<Bool>(false)

  static var isSet: Bool { flag.load(ordering: .relaxed) }

  /// In the child of a run: its parent hears of Ctrl-C and tells once; its end ends both.
  static func obeyParent() {
    for number in [SIGINT, SIGTERM] { signal(number, SIG_IGN) }
    signal(SIGXCPU, SIG_DFL)
  }

  /// In a process that another program has started and asks on standard input: Ctrl-C goes to that one, whose end ends both.
  static func obeyAsker() {
    signal(SIGINT, SIG_IGN)
    signal(SIGTERM, SIG_DFL)
    cplatform_end_with_parent()
  }

  static func watch() {
    // Touched here, so that the handlers do not initialise it.
    flag.store(false, ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGXCPU] {
      handle(number) { _ in
        Interrupt.flag.store(true, ordering: .relaxed)
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
        // Whatever the process waits for: the wait has an end.
        alarm(Interrupt.patience)
      }
    }
    handle(SIGUSR1) { _ in Interrupt.flag.store(true, ordering: .relaxed) }
    handle(SIGALRM) { _ in
      let sentence: StaticString = "cbambench: interrupted; the step at hand does not end and is given up\n"
      _ = Glibc.write(2, sentence.utf8Start, sentence.utf8CodeUnitCount)
      _exit(ExitStatus.interrupted.rawValue)
    }
    // A reader that is gone, a file that must not grow: both are told where they are written.
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
  }

  /// Calls that block, such as the opening of a pipe nobody reads, end when the signal comes.
  private static func handle(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    sigaction(number, &action, nil)
    // Whoever starts a process from a Dispatch queue hands on that queue's mask, which blocks signals.
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, number)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }
}
