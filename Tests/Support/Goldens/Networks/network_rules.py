#!/usr/bin/env python3
"""Networks with attention as lists of operators, and what each counting convention makes of one operator.

Python alone is needed. Run as a program it recomputes every total of the files that make_network_goldens.py
writes (cbam-paper-table4.json, network-conventions.json, network-parameters.json) and names those that differ:

    python3 network_rules.py

The lists are written from the papers and share no code with PyTorch's models, so that agreement means something.
Capitals: C channels, H x W extent, E elements; `macs` are nominal multiply-adds (padding counts as taps).
"""

import json
import math
import pathlib
import sys
from dataclasses import dataclass

FOLDER = pathlib.Path(__file__).resolve().parent
REDUCTION, KERNEL = 16, 7


@dataclass(frozen=True)
class Op:
    """One operator at batch 1. `function` tells that the writing calls a function where a module would do."""

    kind: str
    source: tuple
    out: tuple
    kernel: int = 1
    groups: int = 1
    bias: bool = False
    function: bool = False

    @property
    def elements_in(self):
        return product(self.source)

    @property
    def elements_out(self):
        return product(self.out)

    @property
    def macs(self):
        if self.kind == "conv":
            return self.elements_out * (self.source[0] // self.groups) * self.kernel ** 2
        return self.elements_in * self.elements_out if self.kind == "dense" else 0

    @property
    def bias_adds(self):
        return self.elements_out if self.bias else 0

    @property
    def parameters(self):
        channels = self.out[0]
        if self.kind == "conv":
            return channels * (self.source[0] // self.groups) * self.kernel ** 2 + (channels if self.bias else 0)
        if self.kind == "dense":
            return self.macs + self.bias_adds
        return 2 * channels if self.kind == "batchnorm" else 0


def product(extents):
    result = 1
    for extent in extents:
        result *= extent
    return result


# What a convention counts for one operator.


def paper(op):
    """CBAM's table 4: multiply-adds of convolutions and dense layers, nothing else."""
    return op.macs


def fvcore(op):
    """No biases; 2 E for a batch norm at inference; E_in for an adaptive average pool."""
    return {"batchnorm": 2 * op.elements_in, "adaptivepool": op.elements_in}.get(op.kind, op.macs)


def thop(op):
    """No biases; 4 E for a batch norm; E_in + E_out for an adaptive average pool. Where its extents do not divide,
    thop's float64 falls short of that sum now and then, and it cuts off the fraction."""
    if op.kind == "adaptivepool" and op.function:
        return 0
    if op.kind == "adaptivepool":
        window = (op.source[1] / op.out[1]) * (op.source[2] / op.out[2])
        return int((window + 1) * op.elements_out)
    return {"batchnorm": 4 * op.elements_in}.get(op.kind, op.macs)


POOLS = ("adaptivepool", "maxpool", "globalavg", "globalmax")


def ptflops(op):
    """Biases; 2 E for a batch norm; E_in for a ReLU and for a pool that is a function, TWICE that for a module:
    its hook counts it, and so does the patched function that the module calls."""
    if op.kind == "relu" or op.kind in POOLS:
        return op.elements_in * (1 if op.function else 2)
    # ReLU6's hook counts it, not what the module calls; SiLU has no hook, and its function counts.
    return op.elements_in if op.kind == "silu" else ptflops_modules(op)


def ptflops_modules(op):
    """The same with `count_functional` off: modules once, functions never."""
    if op.kind == "relu" or op.kind in POOLS:
        return 0 if op.function else op.elements_in
    if op.kind == "relu6":
        return op.elements_in
    return 2 * op.elements_in if op.kind == "batchnorm" else op.macs + op.bias_adds


def ptflops_aten(op):
    """The other backend: convolutions and dense layers with their biases."""
    return op.macs + op.bias_adds


class Graph:
    """Collects operators; `shape` is C x H x W of what flows."""

    def __init__(self, shape, attention):
        self.shape, self.ops, self.kind = shape, [], attention

    def add(self, kind, out=None, source=None, **keys):
        self.ops.append(Op(kind, source or self.shape, out or self.shape, **keys))

    def conv(self, out, kernel=1, stride=1, padding=None, groups=1, bias=False):
        padding = kernel // 2 if padding is None else padding
        c, h, w = self.shape
        h, w = ((extent + 2 * padding - kernel) // stride + 1 for extent in (h, w))
        self.add("conv", (out, h, w), kernel=kernel, groups=groups, bias=bias)
        self.shape = (out, h, w)

    def conv_norm(
            self, out, kernel=1, stride=1, padding=None, groups=1, relu=True, function=False, activation="relu"):
        self.conv(out, kernel, stride, padding, groups)
        self.add("batchnorm")
        if relu:
            self.add(activation, function=function)

    def maxpool(self, kernel, stride, padding=0, ceil=False):
        c, h, w = self.shape
        h, w = (pooled(extent, kernel, stride, padding, ceil) for extent in (h, w))
        self.add("maxpool", (c, h, w), kernel=kernel)
        self.shape = (c, h, w)

    def dense(self, out):
        self.add("dense", (out, 1, 1), source=(product(self.shape), 1, 1), bias=True)
        self.shape = (out, 1, 1)

    def adaptive(self, side, function=False):
        out = (self.shape[0], side, side)
        self.add("adaptivepool", out, function=function)
        self.shape = out

    def perceptron(self):
        c = self.shape[0]
        hidden = c // REDUCTION
        self.add("dense", (hidden, 1, 1), source=(c, 1, 1), bias=True)
        self.add("relu", (hidden, 1, 1), source=(hidden, 1, 1))
        self.add("dense", (c, 1, 1), source=(hidden, 1, 1), bias=True)

    def attention(self):
        if self.kind == "se":
            self.squeeze_excitation()
        if self.kind == "cbam":
            self.channel_gate()
            self.spatial_gate()

    def squeeze_excitation(self):
        gate = (self.shape[0], 1, 1)
        self.add("adaptivepool", gate)
        self.perceptron()
        self.add("sigmoid", gate, source=gate)
        self.add("multiply")

    def channel_gate(self):
        gate = (self.shape[0], 1, 1)
        for pool in ("globalavg", "globalmax"):
            self.add(pool, gate, function=True)
            self.perceptron()
        self.add("add", gate, source=gate)
        self.add("sigmoid", gate, source=gate, function=True)
        self.add("multiply")

    def spatial_gate(self):
        _, h, w = self.shape
        self.add("channelmax", (1, h, w))
        self.add("channelmean", (1, h, w))
        self.add("concat", (2, h, w), source=(2, h, w))
        self.add("conv", (1, h, w), source=(2, h, w), kernel=KERNEL)
        self.add("batchnorm", (1, h, w), source=(1, h, w))
        self.add("sigmoid", (1, h, w), source=(1, h, w), function=True)
        self.add("multiply")

    def parameters(self):
        """CBAM's perceptron runs twice and is learned once."""
        total = sum(op.parameters for op in self.ops)
        for before, op in zip(self.ops, self.ops[1:]):
            if before.kind == "globalmax":
                hidden, c = op.elements_out, op.elements_in
                total -= 2 * c * hidden + hidden + c
        return total

    def count(self, rule):
        return sum(rule(op) for op in self.ops)


def pooled(extent, kernel, stride, padding, ceil):
    steps = extent + 2 * padding - kernel
    outputs = (-(-steps // stride) if ceil else steps // stride) + 1
    # A window that would begin in the padding behind the image does not exist.
    return outputs - 1 if ceil and (outputs - 1) * stride >= extent + padding else outputs


STAGES = {
    11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4),
    18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3),
}


def vgg(graph, depth, classes, norm=False):
    """VGG, arXiv:1409.1556, configurations A, B, D, E."""
    for layers, channels in zip(STAGES[depth], (64, 128, 256, 512, 512)):
        for _ in range(layers):
            graph.conv(channels, 3, bias=True)
            if norm:
                graph.add("batchnorm")
            graph.add("relu")
        graph.attention()
        graph.maxpool(2, 2)
    graph.adaptive(7)
    for _ in range(2):
        graph.dense(4096)
        graph.add("relu")
    graph.dense(classes)


def resnet(graph, depth, classes, width=1.0, group_width=64, groups=1, first=False):
    """ResNet, arXiv:1512.03385; ResNeXt, arXiv:1611.05431; Wide-ResNet, arXiv:1605.07146.

    Basic blocks below 50: `width` widens the stages, not the stem. Bottlenecks: a 3x3 of `group_width` x `groups` for
    every 64 channels. `first` puts the stride into the first 1x1 (as published) instead of the 3x3 (as torchvision)."""
    graph.conv_norm(64, 7, 2)
    graph.maxpool(3, 2, 1)
    for stage, blocks in enumerate(STAGES[depth]):
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            if depth < 50:
                basic(graph, int(64 * 2 ** stage * width), stride)
            else:
                inner = 2 ** stage * group_width * groups
                bottleneck(graph, 256 * 2 ** stage, inner, groups, stride, first)
    graph.adaptive(1)
    graph.dense(classes)


def basic(graph, out, stride):
    source = graph.shape
    graph.conv_norm(out, 3, stride)
    graph.conv_norm(out, 3, relu=False)
    close(graph, source, stride)


def bottleneck(graph, out, inner, groups, stride, first):
    source = graph.shape
    graph.conv_norm(inner, 1, stride if first else 1)
    graph.conv_norm(inner, 3, 1 if first else stride, groups=groups)
    graph.conv_norm(out, 1, relu=False)
    close(graph, source, stride)


def close(graph, source, stride):
    """Attention, the (projected) input, a rectification."""
    graph.attention()
    out = graph.shape
    if stride != 1 or source[0] != out[0]:
        graph.shape = source
        graph.conv_norm(out[0], 1, stride, relu=False)
    graph.add("add")
    graph.add("relu")


def mobilenet(graph, classes, every=False):
    """MobileNet v1, arXiv:1704.04861, width 1; `every` puts attention behind the first convolution, too."""
    graph.conv_norm(32, 3, 2)
    if every:
        graph.attention()
    layers = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]
    for out, stride in layers:
        graph.conv_norm(graph.shape[0], 3, stride, groups=graph.shape[0])
        graph.attention()
        graph.conv_norm(out)
        graph.attention()
    graph.adaptive(1)
    graph.dense(classes)


# 1x1; 3x3 and what comes before it; "5x5" and what comes before it; behind the pool. Two numbers: a pool between.
INCEPTIONS = [
    (64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64), (3, 2),
    (192, 96, 208, 16, 48, 64), (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64), (112, 144, 288, 32, 64, 64),
    (256, 160, 320, 32, 128, 128), (2, 2),
    (256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128),
]


def googlenet(graph, classes):
    """GoogLeNet, arXiv:1409.4842, as torchvision has it: batch norms, functional ReLUs, 3x3 in place of 5x5, no
    auxiliary classifiers."""
    graph.conv_norm(64, 7, 2, function=True)
    graph.maxpool(3, 2, ceil=True)
    graph.conv_norm(64, function=True)
    graph.conv_norm(192, 3, function=True)
    graph.maxpool(3, 2, ceil=True)
    for row in INCEPTIONS:
        if len(row) == 2:
            graph.maxpool(*row, ceil=True)
        else:
            inception(graph, *row)
    graph.adaptive(1)
    graph.dense(classes)


def inception(graph, one, before3, three, before5, five, behind):
    source = graph.shape
    for convolutions in ([(one, 1)], [(before3, 1), (three, 3)], [(before5, 1), (five, 3)]):
        graph.shape = source
        for out, kernel in convolutions:
            graph.conv_norm(out, kernel, function=True)
    graph.shape = source
    graph.maxpool(3, 1, 1, ceil=True)
    graph.conv_norm(behind, function=True)
    graph.shape = (one + three + five + behind, *source[1:])
    graph.add("concat")


def scaled(width, factor):
    """The nearest multiple of 8, not below nine tenths."""
    nearest = max(8, int(width * factor + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * width * factor else nearest


# Expansion, kernel, stride of the first block, width, blocks.
MOBILENET_V2 = [
    (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 3, 2, 32, 3), (6, 3, 2, 64, 4), (6, 3, 1, 96, 3), (6, 3, 2, 160, 3),
    (6, 3, 1, 320, 1),
]
EFFICIENTNET = [
    (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
]
EFFICIENTNET_FACTORS = [(1.0, 1.0), (1.0, 1.1), (1.1, 1.2), (1.2, 1.4), (1.4, 1.8)]


def inverted(graph, stages, width, depth, squeeze):
    """MobileNet v2, arXiv:1801.04381, with ReLU6; with `squeeze` EfficientNet, arXiv:1905.11946, with SiLU."""
    activation = "silu" if squeeze else "relu6"
    graph.conv_norm(scaled(32, width), 3, 2, activation=activation)
    for expansion, kernel, stride, out, blocks in stages:
        for index in range(math.ceil(blocks * depth)):
            source = graph.shape[0]
            wide = source * expansion
            if expansion > 1:
                graph.conv_norm(wide, activation=activation)
            graph.conv_norm(wide, kernel, stride if index == 0 else 1, groups=wide, activation=activation)
            if squeeze:
                hidden = max(1, source // 4)
                graph.add("adaptivepool", (wide, 1, 1))
                graph.add("dense", (hidden, 1, 1), source=(wide, 1, 1), bias=True)
                graph.add("silu", (hidden, 1, 1), source=(hidden, 1, 1))
                graph.add("dense", (wide, 1, 1), source=(hidden, 1, 1), bias=True)
            graph.conv_norm(scaled(out, width), relu=False)


def mobilenet_v2(graph, width, classes):
    inverted(graph, MOBILENET_V2, width, 1, squeeze=False)
    graph.conv_norm(scaled(1280, max(1.0, width)), activation="relu6")
    graph.adaptive(1, function=True)
    graph.dense(classes)


def efficientnet(graph, variant, classes):
    inverted(graph, EFFICIENTNET, *EFFICIENTNET_FACTORS[variant], squeeze=True)
    graph.conv_norm(4 * graph.shape[0], activation="silu")
    graph.adaptive(1)
    graph.dense(classes)


def cifar_resnet(graph, depth, classes):
    """ResNet for CIFAR, arXiv:1512.03385, section 4.2: shortcuts of option A have no parameters."""
    graph.conv_norm(16, 3)
    for stage in range(3):
        for block in range((depth - 2) // 6):
            graph.conv_norm(16 << stage, 3, 2 if stage > 0 and block == 0 else 1)
            graph.conv_norm(16 << stage, 3, relu=False)
            graph.add("add")
            graph.add("relu")
    graph.adaptive(1)
    graph.dense(classes)


def network(name, attention="none", classes=1000, size=(224, 224), first=False, every=False):
    """A network by torchvision's name, or `mobilenet_v1`, or `wide_resnet18_1.5`."""
    graph = Graph((3, *size), attention)
    if name == "googlenet":
        googlenet(graph, classes)
    elif name.startswith("mobilenet_v2"):
        mobilenet_v2(graph, float(name.removeprefix("mobilenet_v2").removeprefix("_") or 1), classes)
    elif name.startswith("efficientnet_b"):
        efficientnet(graph, int(name.removeprefix("efficientnet_b")), classes)
    elif name.startswith("cifar_resnet"):
        cifar_resnet(graph, int(name.removeprefix("cifar_resnet")), classes)
    elif name == "mobilenet_v1":
        mobilenet(graph, classes, every)
    elif name.startswith("vgg"):
        vgg(graph, int(name[3:5]), classes, name.endswith("_bn"))
    else:
        family, _, rest = name.partition("net" if "resnet" in name else "next")
        depth, _, width = rest.partition("_")
        keys = {"first": first}
        if family == "wide_res":
            keys |= {"group_width": 64 * int(width)} if int(depth) >= 50 else {"width": float(width)}
        if family == "res" and "x" in width:
            groups, group_width = width.removesuffix("d").split("x")
            keys |= {"groups": int(groups), "group_width": int(group_width)}
        resnet(graph, int(depth), classes, **keys)
    return graph


def check_table(folder=FOLDER):
    """Table 4: the stride in the first 1x1, and in MobileNet attention behind every convolution."""
    for row in json.loads((folder / "cbam-paper-table4.json").read_text())["rows"]:
        graph = network(row["network"], row["attention"], first=True, every=True)
        found = (f"{graph.parameters() / 1e6:.2f}", f"{graph.count(paper) / 1e9:.3f}")
        if found != (row["parameters"], row["gflops"]):
            yield f"cbam-paper-table4.json: {row['network']} {row['attention']}: {found}"


def check_conventions(folder=FOLDER):
    for row in json.loads((folder / "network-conventions.json").read_text())["networks"]:
        graph = network(
            row["network"], row["attention"], size=tuple(row["input"][2:]), every=row["placement"] == "every")
        found = {
            "parameters": graph.parameters(),
            "fvcore": graph.count(fvcore),
            "ptflops": graph.count(ptflops),
            "ptflops-modules": graph.count(ptflops_modules),
            "ptflops-aten": graph.count(ptflops_aten),
            "thop": graph.count(thop),
        }
        for key, value in found.items():
            if value != row[key]:
                yield f"network-conventions.json: {row['network']} {row['attention']} {key}: {value}, not {row[key]}"


def check_parameters(folder=FOLDER):
    for row in json.loads((folder / "network-parameters.json").read_text())["networks"]:
        graph = network(row["network"], classes=row["classes"], size=tuple(row["input"][2:]))
        norms = sum(op.parameters for op in graph.ops if op.kind == "batchnorm")
        macs = {kind: sum(op.macs for op in graph.ops if op.kind == kind) for kind in ("conv", "dense")}
        found = {"parameters": graph.parameters(), "buffers": norms, "macs": macs}
        for key, value in found.items():
            if value != row[key]:
                yield f"network-parameters.json: {row['network']} {row['input']} {key}: {value}, not {row[key]}"


def main():
    wrong = [*check_table(), *check_conventions(), *check_parameters()]
    print("\n".join(wrong) or "as the files say")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
