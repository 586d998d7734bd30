#!/usr/bin/env python3
"""Writes Suites/random.suite: 200 convolutions as a network might have them, drawn with a fixed seed.

They are there to judge the selector on shapes that nobody has tuned it for:

    python3 Bench/random_shapes.py > Bench/Suites/random.suite
"""

import random

COUNT = 200
# Products of a call: from a hundred thousand to half a billion.
MACS = (1e5, 5e8)

HEAD = f"""\
# {COUNT} convolutions drawn at random by Bench/random_shapes.py: how well does the selector choose where nobody looked?
# cbambench tune random
"""


def log_uniform(draw, low, high):
    """A whole number from low to high, small ones as likely as large ones."""
    return round(low * (high / low) ** draw.random())


def channels(draw):
    """Mostly a multiple of eight."""
    count = log_uniform(draw, 8, 1024)
    return count if draw.random() < 0.15 else max(8, count // 8 * 8)


def convolution(draw):
    """One line of a suite, and its products."""
    kind = draw.choices(["3x3", "1x1", "depthwise", "grouped", "strided", "other"], [35, 25, 12, 8, 12, 8])[0]
    height = log_uniform(draw, 4, 128)
    width = height if draw.random() < 0.8 else log_uniform(draw, 4, 128)
    images = draw.choice([1, 1, 1, 1, 2, 4, 8])
    inputs, outputs = channels(draw), channels(draw)
    kernel, stride, groups = 3, 1, 1
    if kind == "1x1":
        kernel, stride = 1, draw.choice([1, 1, 1, 2])
    elif kind == "depthwise":
        kernel, stride = draw.choice([3, 3, 5, 7]), draw.choice([1, 1, 2])
        groups = outputs = inputs
    elif kind == "grouped":
        groups = draw.choice([2, 4, 8, 16, 32])
        inputs, outputs = (max(groups, count // groups * groups) for count in (inputs, outputs))
    elif kind == "strided":
        kernel, stride = draw.choice([3, 5, 7]), 2
        inputs = draw.choice([3, inputs, inputs])
    elif kind == "other":
        kernel = draw.choice([2, 5, 7])
    padding = kernel // 2
    out = [(extent + 2 * padding - kernel) // stride + 1 for extent in (height, width)]
    macs = images * outputs * out[0] * out[1] * (inputs // groups) * kernel * kernel
    text = f"conv:out={outputs},k={kernel},s={stride},p={padding},g={groups}@{images}x{inputs}x{height}x{width}"
    return text, macs


def main():
    draw = random.Random(20)
    print(HEAD, end="")
    lines = []
    while len(lines) < COUNT:
        text, macs = convolution(draw)
        if MACS[0] <= macs <= MACS[1] and text not in lines:
            lines.append(text)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
