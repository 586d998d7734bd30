import Foundation
import Measurement
import Processes
import Testing

/// Programs that stand for other engines.
enum FakeContender {
  private static let peers = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Bench/Peers").path

  /// A file of `Bench/Peers`.
  static func source(_ name: String) -> String { "\(peers)/\(name)" }

  /// Compiles C or C++ with warnings as errors, and returns the program's path.
  static func compile(
    _ source: String, as name: String, with compiler: String = "clang", _ options: [String] = [],
    in scratch: Scratch
  ) throws -> String {
    let warnings = ["-O1", "-Wall", "-Wextra", "-Werror"]
    let said = try Program.run(
      [compiler] + warnings + ["-o", scratch.file(name), source] + options, keeping: .error,
      limit: Seconds(600))
    try #require(said.ending == .exited(status: 0), "\(said.text)")
    return scratch.file(name)
  }

  /// ReLU on the C header, with the flaw that its first argument names.
  static func flawed(in scratch: Scratch) throws -> String {
    let source = try scratch.write("flawed.c", text.utf8)
    return try compile(source, as: "flawed", in: scratch)
  }

  private static let text = """
    #include "\(source("serve.h"))"

    static const char *flaw = "";
    static int calls;
    static int is(const char *word) { return !strcmp(flaw, word); }

    static const char *prepare(serve_task *task, void **state) {
      if (is("refuses")) return "no luck with this";
      if (is("crashes")) abort();
      if (is("hangs")) for (;;) pause();
      if (is("floods")) for (;;) printf("step x\\n");
      if (is("roars")) for (;;) printf("xxxxxxxxxxxxxxxx");
      if (is("babbles")) printf("nonsense\\n");
      if (is("claims")) task->growth = 1e9;
      if (is("misshapes")) task->output[0].shape[1] = 3, task->output[0].count = 90;
      *state = task;
      return 0;
    }

    static void run(void *state) {
      serve_task *task = (serve_task *)state;
      if (is("crashes late") && ++calls > 8 && task->threads == 2) abort();
      for (size_t i = 0; i < task->input[0].count && i < task->output[0].count; i++)
        task->output[0].data[i] = task->input[0].data[i] > 0 ? task->input[0].data[i] : 0;
      if (is("is wrong")) task->output[0].data[5] += 1;
      if (is("hides")) strcpy(task->output[0].file, "elsewhere.npy");
    }

    static void release(void *state) { (void)state; }

    int main(int count, char **words) {
      if (count > 1) flaw = words[1];
      return serve("fake", "1.2", prepare, run, release);
    }

    """
}
