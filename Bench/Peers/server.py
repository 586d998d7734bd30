"""A contender of `cbambench run`: answers the requests in README.md on standard input."""

import argparse
import ctypes
import gc
import os
import resource
import signal
import sys
import time

from task import Refusal, read

VERSION = 1
# Seconds: a sample is long enough for the clock, if need be by several calls.
SHORTEST_SAMPLE = 100e-6
MOST_SAMPLES = 256


def switches():
    return resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw


def timed(run, calls, clock=time.perf_counter):
    if calls == 1:
        start = clock()
        run()
        return clock() - start
    repeats = range(calls)
    start = clock()
    for _ in repeats:
        run()
    return (clock() - start) / calls


def measure(session, seconds):
    """Seconds per call of several samples, after a call that is not timed."""
    session.prepare()
    before = switches()
    run = session.run
    run()
    start = time.perf_counter()
    first = timed(run, 1)
    calls = 1 if first >= SHORTEST_SAMPLE else int(SHORTEST_SAMPLE / first) + 1
    times = [first] if calls == 1 else []
    while len(times) < MOST_SAMPLES and (not times or time.perf_counter() - start < seconds):
        times.append(timed(run, calls))
    return " ".join(["times", str(switches() - before)] + [repr(value) for value in times])


def compute(session, task):
    import numpy as np

    session.prepare()
    session.run()
    name, shape = task.outputs[0]
    # As it comes, if it has as many elements as expected: axes of one element are a matter of taste.
    array = np.ascontiguousarray(session.result(), dtype=np.float32)
    np.save(task.folder / name, array.reshape(shape) if array.size == np.prod(shape) else array)
    return "computed"


def one_line(text):
    return " ".join(str(text).split()).replace("\\", "/")[:300] or "no reason is given"


class Server:
    def __init__(self, engine, sizes):
        self.engine = engine
        self.sizes = sizes
        self.is_loaded = False
        self.open = []

    def answer(self, line):
        """The last line of an answer; lines before it are written at once."""
        word, _, rest = line.partition(" ")
        if word == "hello":
            return f"hello {VERSION} {self.engine.name} {self.engine.version}"
        if word == "task":
            threads, _, folder = rest.partition(" ")
            task = read(folder, int(threads))
            least, most = self.sizes
            if not least <= len(task.nodes) <= most:
                raise Refusal(f"{self.engine.name} was asked for tasks of {least} to {most} operators only")
            if not self.is_loaded:
                self.engine.load()
                self.is_loaded = True
            session = self.engine.open(task)
            self.open.append((session, task))
            return f"growth {session.growth}\nopened {len(self.open)}"
        if word == "compute":
            return compute(*self.open[int(rest)])
        if word == "measure":
            index, seconds = rest.split()
            return measure(self.open[int(index)][0], float(seconds))
        if word == "close":
            self.open = []
            gc.collect()
            return "closed"
        raise Refusal(f"'{line[:40]}' is not a request of version {VERSION}")


def own_output():
    """Standard output for the protocol alone: what libraries print goes to standard error."""
    output = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return output


def sizes(text):
    least, _, most = text.partition("-")
    return int(least), int(most)


def main():
    from engines import ENGINES

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument(
        "--nodes", type=sizes, default=(0, 1 << 30), metavar="LEAST-MOST",
        help="refuse tasks of fewer or more operators, where compiling takes longer than it is worth")
    arguments = parser.parse_args()
    # Ctrl-C is the harness's affair, and its end is the end of this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    output = own_output()
    server = Server(ENGINES[arguments.engine](), arguments.nodes)
    gc.disable()
    for line in sys.stdin:
        line = line.rstrip("\n")
        if line == "quit":
            break
        try:
            reply = server.answer(line)
        except Exception as error:
            reply = f"refused {one_line(error if isinstance(error, Refusal) else repr(error))}"
        output.write(reply + "\n")
        output.flush()


if __name__ == "__main__":
    main()
