"""A task as the harness writes it: a list of primitive operators and the arrays that they read. README.md has the lines."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

VERSION = 1


class Refusal(Exception):
    """Why something cannot be done; the harness writes it into a row."""


@dataclass
class Node:
    op: str
    name: str
    sources: list[tuple[str, int]]
    weights: list[int]
    shape: tuple[int, ...]
    keys: dict[str, str]

    def numbers(self, key):
        return [int(number) for number in self.keys[key].split("x")]

    def flag(self, key):
        return self.keys.get(key) == "1"


@dataclass
class Task:
    folder: Path
    threads: int
    workload: str = ""
    inputs: list[np.ndarray] = field(default_factory=list)
    weights: list[np.ndarray] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    results: list[tuple[str, int]] = field(default_factory=list)
    outputs: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)

    def arrays(self, node):
        return [self.weights[index] for index in node.weights]


def extents(text):
    return tuple(int(extent) for extent in text.split("x"))


def source(text):
    kind, _, place = text.partition(":")
    if "." in place:
        raise Refusal("a node reads a second output of another one")
    return kind, int(place)


def listed(text):
    return [] if text == "-" else text.split(",")


def read(folder, threads):
    """The task in a folder."""
    task = Task(Path(folder), threads)
    for line in (task.folder / "task.txt").read_text().splitlines():
        kind, *words = line.split()
        if kind == "task" and words != [str(VERSION)]:
            raise Refusal(f"the task has version {words[0]}; expected {VERSION}")
        elif kind == "workload":
            task.workload = words[0]
        elif kind == "input":
            task.inputs.append(np.load(task.folder / words[1]))
        elif kind == "weight":
            task.weights.append(np.load(task.folder / words[1]))
        elif kind == "node":
            op, name, sources, weights, shapes, *keys = words
            task.nodes.append(
                Node(
                    op, name, [source(text) for text in listed(sources)],
                    [int(text) for text in listed(weights)], extents(shapes.split(",")[0]),
                    dict(key.split("=", 1) for key in keys),
                )
            )
        elif kind == "output":
            task.outputs.append((words[1], extents(words[0])))
            task.results.append(source(words[2]))
    if len(task.inputs) != 1 or len(task.results) != 1:
        raise Refusal("one input and one output are expected here")
    return task
