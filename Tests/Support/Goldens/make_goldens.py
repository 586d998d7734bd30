#!/usr/bin/env python3
"""Writes the golden files beside this script: what PyTorch computes in float64 for small workloads.

How to run it (PyTorch 2 or later, on the CPU; nothing else is needed):

    python3 -m venv torch-environment
    torch-environment/bin/pip install torch
    torch-environment/bin/python make_goldens.py            # writes *.json
    torch-environment/bin/python make_goldens.py --check    # compares with the files that are there

Each file is a list of cases:

    {"workload": "conv:out=4,...@2x4x7x9", "input": [...], "weights": {"weight": [...]}, "output": [...]}

- Arrays are flat and row-major. Inputs and weights are multiples of 1/64 and so exact in float32 and in JSON.
- Outputs are the shortest decimals that read back as the float64 that PyTorch computed.
- Weight names are those of the operator's `weights(_:)`; inside a composite they are paths of node names.
- Numbers come from a generator seeded with the workload text: adding a case does not change the others.
- The modules below follow the doc comments of the operators and share no code with them.
- Where a maximum is reached more than once, the gradient of `Gradients/make_gradient_goldens.py`, which uses these
  modules, goes to the first element: `max` of PyTorch picks it, `amax` would split the gradient.
- `p=1` pads all sides, `p=1x2` rows and columns, `p=0x1x2x1` top, left, bottom and right. PyTorch's layers lack the
  last: the input is padded first, and the output of a transposed convolution is cropped.
"""

import json
import math
import pathlib
import random
import sys

import torch
from torch import nn
from torch.nn import functional

FOLDER = pathlib.Path(__file__).resolve().parent
# Batch norm's epsilon: PyTorch's, and that of GoogLeNet in torchvision.
EPSILON, INCEPTION_EPSILON = 1e-5, 1e-3


class Numbers:
    """Multiples of 1/64, seeded by a text."""

    def __init__(self, text):
        self.random = random.Random(text)

    def tensor(self, shape, low=-64, high=64):
        count = 1
        for extent in shape:
            count *= extent
        values = [self.random.randint(low, high) / 64 for _ in range(count)]
        return torch.tensor(values, dtype=torch.float64).reshape(shape)


class BatchNorm(nn.Module):
    """Batch normalisation at inference of N x C x H x W, or of N x C."""

    def __init__(self, channels, rank=4, epsilon=EPSILON):
        super().__init__()
        kind = nn.BatchNorm2d if rank == 4 else nn.BatchNorm1d
        self.norm = kind(channels, eps=epsilon)

    def forward(self, x):
        return self.norm(x)


class Perceptron(nn.Module):
    """C -> hidden -> C with an activation between."""

    def __init__(self, channels, hidden, bias=True, activation=torch.relu):
        super().__init__()
        self.activation = activation
        self.fc1 = nn.Linear(channels, hidden, bias=bias)
        self.fc2 = nn.Linear(hidden, channels, bias=bias)

    def forward(self, x):
        return self.fc2(self.activation(self.fc1(x)))


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, hidden, bias, activation, gate):
        super().__init__()
        self.mlp = Perceptron(channels, hidden, bias, ACTIVATIONS[activation])
        self.gate = ACTIVATIONS[gate]

    def forward(self, x):
        gate = self.gate(self.mlp(x.mean(dim=(2, 3))))
        return x * gate[:, :, None, None]


class ChannelGate(nn.Module):
    """sigmoid(MLP(mean) + MLP(max)), or one of the two: N x C."""

    def __init__(self, channels, hidden, pool, bias):
        super().__init__()
        self.mlp = Perceptron(channels, hidden, bias)
        self.pool = pool

    def forward(self, x):
        logits = 0
        if self.pool in ("both", "avg"):
            logits = logits + self.mlp(x.mean(dim=(2, 3)))
        if self.pool in ("both", "max"):
            logits = logits + self.mlp(functional.max_pool2d(x, x.shape[2:]).flatten(1))
        return torch.sigmoid(logits)


def channel_pool(x):
    """Maximum, then mean."""
    return torch.cat([x.max(dim=1, keepdim=True).values, x.mean(dim=1, keepdim=True)], dim=1)


class SpatialGate(nn.Module):
    """sigmoid(BN(conv([max over C; mean over C]))): N x 1 x H x W."""

    def __init__(self, kernel, norm):
        super().__init__()
        self.conv = nn.Conv2d(2, 1, kernel, padding=kernel // 2, bias=False)
        self.bn = BatchNorm(1) if norm else nn.Identity()

    def forward(self, x):
        return torch.sigmoid(self.bn(self.conv(channel_pool(x))))


class ChannelAttention(nn.Module):
    def __init__(self, *gate):
        super().__init__()
        self.gate = ChannelGate(*gate)

    def forward(self, x):
        return x * self.gate(x)[:, :, None, None]


class SpatialAttention(nn.Module):
    def __init__(self, *gate):
        super().__init__()
        self.gate = SpatialGate(*gate)

    def forward(self, x):
        return x * self.gate(x)


class CBAM(nn.Module):
    def __init__(self, channel, spatial, order):
        super().__init__()
        self.channel = ChannelGate(*channel)
        self.spatial = SpatialGate(*spatial)
        self.order = order

    def forward(self, x):
        if self.order == "channel-first":
            x = x * self.channel(x)[:, :, None, None]
            return x * self.spatial(x)
        if self.order == "spatial-first":
            x = x * self.spatial(x)
            return x * self.channel(x)[:, :, None, None]
        assert self.order == "parallel"
        return x * self.channel(x)[:, :, None, None] * self.spatial(x)


def hard_sigmoid(x):
    """That of PyTorch, whose gradient has a sixth in float32 even in float64."""
    return functional.relu6(x + 3) / 6


ACTIVATIONS = {
    "relu": torch.relu,
    "relu6": functional.relu6,
    "sigmoid": torch.sigmoid,
    "silu": functional.silu,
    "hard-sigmoid": hard_sigmoid,
    "hard-swish": functional.hardswish,
}


class Activated(nn.Module):
    """A layer and what it applies to its own output."""

    def __init__(self, layer, activation):
        super().__init__()
        self.layer = layer
        self.activation = activation

    def forward(self, x):
        x = self.layer(x)
        return x if self.activation is None else ACTIVATIONS[self.activation](x)


class Flattened(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x.flatten(1))


class Lambda(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


class Residual(nn.Module):
    """ResNet's blocks: convolutions with batch norm, attention, the (projected) input, a rectification."""

    def __init__(self, channels, out, stride, convolutions, attention):
        super().__init__()
        self.names = []
        previous = channels
        for index, (width, kernel, step, groups) in enumerate(convolutions, start=1):
            conv = nn.Conv2d(previous, width, kernel, step, kernel // 2, groups=groups, bias=False)
            self.add_module(f"conv{index}", conv)
            self.add_module(f"bn{index}", BatchNorm(width))
            self.names.append((f"conv{index}", f"bn{index}"))
            previous = width
        self.attention = attention
        self.downsample = None
        if stride != 1 or channels != out:
            self.downsample = nn.Conv2d(channels, out, 1, stride, bias=False)
            self.add_module("downsample-bn", BatchNorm(out))

    def forward(self, x):
        branch = x
        for index, (conv, norm) in enumerate(self.names):
            if index > 0:
                branch = torch.relu(branch)
            branch = self.get_submodule(norm)(self.get_submodule(conv)(branch))
        if self.attention is not None:
            branch = self.attention(branch)
        if self.downsample is not None:
            x = self.get_submodule("downsample-bn")(self.downsample(x))
        return torch.relu(branch + x)


class Rectified(nn.Module):
    """A convolution that keeps height and width, batch norm, a rectification."""

    def __init__(self, channels, out, kernel):
        super().__init__()
        self.conv = nn.Conv2d(channels, out, kernel, padding=kernel // 2, bias=False)
        self.bn = BatchNorm(out, epsilon=INCEPTION_EPSILON)

    def forward(self, x):
        return torch.relu(self.bn(self.conv(x)))


class Inception(nn.Module):
    """torchvision's module of GoogLeNet: 1x1; 1x1, 3x3; 1x1, 3x3; 3x3 maximum pool, 1x1; attention after them."""

    def __init__(self, channels, keys, attention):
        super().__init__()
        one, two, three, four = (int(keys[f"branch{index}"]) for index in range(1, 5))
        self.branch1 = Rectified(channels, one, 1)
        self.branch2 = self.reduced(channels, int(keys["reduce2"]), two)
        self.branch3 = self.reduced(channels, int(keys["reduce3"]), three)
        self.branch4 = nn.ModuleDict({"1x1": Rectified(channels, four, 1)})
        self.attention = attention

    @staticmethod
    def reduced(channels, inner, out):
        return nn.ModuleDict({"1x1": Rectified(channels, inner, 1), "3x3": Rectified(inner, out, 3)})

    def forward(self, x):
        second, third = (branch["3x3"](branch["1x1"](x)) for branch in (self.branch2, self.branch3))
        fourth = self.branch4["1x1"](functional.max_pool2d(x, 3, 1, 1))
        x = torch.cat([self.branch1(x), second, third, fourth], dim=1)
        return x if self.attention is None else self.attention(x)


def pair(text):
    """`3` or `3x5`."""
    sides = [int(side) for side in text.split("x")]
    return (sides[0], sides[-1])


def attention(keyword, keys, channels):
    bias = keys.get("bias", "1") == "1"
    hidden = max(channels // int(keys.get("r", 16)), int(keys.get("min-hidden", 0)))
    hidden = int(keys.get("hidden", hidden))
    channel = (channels, hidden, keys.get("pool", "both"), bias)
    spatial = (int(keys.get("k", 7)), keys.get("bn", "1") == "1")
    if keyword == "se":
        return SqueezeExcitation(channels, hidden, bias, keys.get("act", "relu"), keys.get("gate", "sigmoid"))
    if keyword == "channel-attention":
        return ChannelAttention(*channel)
    if keyword == "spatial-attention":
        return SpatialAttention(*spatial)
    if keyword == "cbam":
        return CBAM(channel, spatial, keys.get("order", "channel-first"))
    raise ValueError(f"{keyword} is not an attention module")


def padding(text):
    """What a layer of PyTorch pads on its own, and the four sides where it cannot: top, left, bottom, right."""
    sides = [int(side) for side in text.split("x")]
    return ((0, 0), sides) if len(sides) == 4 else (pair(text), None)


def padded(x, sides, value=0.0):
    top, left, bottom, right = sides
    return functional.pad(x, (left, right, top, bottom), value=value)


class Padded(nn.Module):
    """Zeros around the input of a layer that pads nothing itself."""

    def __init__(self, layer, sides):
        super().__init__()
        self.layer = layer
        self.sides = sides

    def forward(self, x):
        return self.layer(padded(x, self.sides))


class Cropped(nn.Module):
    """The output of a layer without its margins: the padding of a transposed convolution."""

    def __init__(self, layer, sides):
        super().__init__()
        self.layer = layer
        self.sides = sides

    def forward(self, x):
        x = self.layer(x)
        top, left, bottom, right = self.sides
        return x[:, :, top: x.size(2) - bottom, left: x.size(3) - right]


class UnfoldedPool(nn.Module):
    """A pool by its definition, for what PyTorch does not have: padding per side, a dilated mean.

    The input is padded, its windows are unfolded. The maximum pads with -inf. The mean divides by the taps inside the
    image, or by those inside the image and the padding that was asked for. Rounding up is stride - 1 further rows and
    columns that never count; a window that starts after the image and the padding before it does not exist."""

    def __init__(self, keys, sides):
        super().__init__()
        self.kind, self.counts_padding = keys["type"], keys["countpad"] == "1"
        self.sides, self.ceil = sides, keys["ceil"] == "1"
        self.window, self.stride = pair(keys["k"]), pair(keys["s"])
        self.dilation = pair(keys.get("d", "1"))

    def forward(self, x):
        if self.kind == "max":
            return self.windows(padded(x, self.sides, -torch.inf), -torch.inf).max(dim=2).values
        sums = self.windows(padded(x, self.sides), 0.0).sum(dim=2)
        counted = padded(torch.ones_like(x), self.sides, float(self.counts_padding))
        return sums / self.windows(counted, 0.0).sum(dim=2)

    def windows(self, x, fill):
        """N x C x taps x OH x OW."""
        limits = [x.size(2) - self.sides[2], x.size(3) - self.sides[3]]
        if self.ceil:
            x = padded(x, (0, 0, self.stride[0] - 1, self.stride[1] - 1), fill)
        extents = [
            (x.size(axis + 2) - self.dilation[axis] * (self.window[axis] - 1) - 1) // self.stride[axis] + 1
            for axis in range(2)]
        taps = functional.unfold(x.flatten(0, 1)[:, None], self.window, self.dilation, 0, self.stride)
        windows = taps.reshape(*x.shape[:2], -1, *extents)
        if self.ceil:
            rows, columns = (-(-limit // step) for limit, step in zip(limits, self.stride))
            windows = windows[..., :rows, :columns]
        return windows


def pool(keys):
    window, stride = pair(keys["k"]), pair(keys.get("s", keys["k"]))
    (rows, columns), sides = padding(keys.get("p", "0"))
    if sides is not None:
        return UnfoldedPool(keys, sides)
    ceil, dilation = keys.get("ceil", "0") == "1", pair(keys.get("d", "1"))
    if keys["type"] == "max":
        return nn.MaxPool2d(window, stride, (rows, columns), dilation, ceil_mode=ceil)
    if "d" in keys:
        return UnfoldedPool(keys, (rows, columns, rows, columns))
    return nn.AvgPool2d(
        window, stride, (rows, columns), ceil_mode=ceil, count_include_pad=keys.get("countpad", "0") == "1")


def module(keyword, keys, shape):
    """The PyTorch module of a workload."""
    channels = shape[1]
    bias = keys.get("bias", "1") == "1"
    if keyword == "conv":
        own, sides = padding(keys["p"])
        layer = nn.Conv2d(
            channels, int(keys["out"]), pair(keys["k"]), pair(keys["s"]), own, pair(keys["d"]), int(keys["g"]), bias)
        return Activated(layer if sides is None else Padded(layer, sides), keys.get("act"))
    if keyword == "conv-transpose":
        own, sides = padding(keys["p"])
        layer = nn.ConvTranspose2d(
            channels, int(keys["out"]), pair(keys["k"]), pair(keys["s"]), own, pair(keys["op"]), int(keys["g"]), bias,
            pair(keys["d"]))
        return layer if sides is None else Cropped(layer, sides)
    if keyword == "dense":
        features = shape[1] * (shape[2] * shape[3] if len(shape) == 4 else 1)
        return Activated(Flattened(nn.Linear(features, int(keys["out"]), bias)), keys.get("act"))
    if keyword == "pool":
        return pool(keys)
    if keyword == "globalpool":
        return nn.AdaptiveMaxPool2d(1) if keys["type"] == "max" else nn.AdaptiveAvgPool2d(1)
    if keyword == "adaptivepool":
        extents = [int(part) for part in keys["out"].split("x")]
        return nn.AdaptiveAvgPool2d((extents[0], extents[-1]))
    if keyword == "channelpool":
        return Lambda(channel_pool)
    if keyword == "batchnorm":
        return BatchNorm(channels, len(shape), float(keys.get("eps", EPSILON)))
    if keyword in ACTIVATIONS:
        return Lambda(ACTIVATIONS[keyword])
    stride = int(keys.get("s", 1))
    if keyword == "basicblock":
        out = int(keys["out"])
        slot = attention(keys["attention"], keys, out) if "attention" in keys else None
        return Residual(channels, out, stride, [(out, 3, stride, 1), (out, 3, 1, 1)], slot)
    if keyword == "bottleneck":
        width, out, groups = int(keys["width"]), int(keys["out"]), int(keys["g"])
        slot = attention(keys["attention"], keys, out) if "attention" in keys else None
        convolutions = [(width, 1, 1, 1), (width, 3, stride, groups), (out, 1, 1, 1)]
        return Residual(channels, out, stride, convolutions, slot)
    if keyword == "inception":
        out = sum(int(keys[f"branch{index}"]) for index in range(1, 5))
        slot = attention(keys["attention"], keys, out) if "attention" in keys else None
        return Inception(channels, keys, slot)
    return attention(keyword, keys, channels)


def name_here(name):
    """The operator's name for PyTorch's: no wrappers, `mean` and `variance` instead of `running_...`."""
    parts = [part for part in name.split(".") if part not in ("layer", "norm")]
    return ".".join(parts).replace("running_mean", "mean").replace("running_var", "variance")


def parsed(workload):
    """Keyword, keys and shapes."""
    text, _, shapes = workload.partition("@")
    keyword, _, rest = text.partition(":")
    keys = dict(part.split("=") for part in rest.split(",")) if rest else {}
    return keyword, keys, [[int(extent) for extent in shape.split("x")] for shape in shapes.split(",")]


def fill(net, numbers):
    """Draws all weights and returns them by the operator's names."""
    weights = {}
    for name, value in net.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        # A variance lies between 1/4 and 2.
        low, high = (16, 128) if name.endswith("running_var") else (-64, 64)
        value.copy_(numbers.tensor(list(value.shape), low, high))
        weights[name_here(name)] = value.flatten().tolist()
    return weights


@torch.no_grad()
def case(workload):
    keyword, keys, (shape,) = parsed(workload)
    numbers = Numbers(workload)
    source = numbers.tensor(shape)
    net = module(keyword, keys, shape).double().eval()
    weights = fill(net, numbers)
    return {
        "workload": workload,
        "input": source.flatten().tolist(),
        "weights": weights,
        "output": net(source).flatten().tolist(),
    }


FILES = {
    "conv": [
        "conv:out=3,k=1,s=1,p=0,d=1,g=1,bias=0@1x5x4x6",
        "conv:out=8,k=1,s=1,p=0,d=1,g=1,bias=1@2x5x3x4",
        "conv:out=4,k=1,s=2,p=0,d=1,g=1,bias=1@1x6x7x6",
        "conv:out=6,k=1,s=1,p=0,d=1,g=3,bias=1,act=relu@1x6x4x5",
        "conv:out=5,k=1,s=1,p=1,d=1,g=1,bias=1@1x3x3x4",
        "conv:out=3,k=3,s=1,p=0,d=1,g=1,bias=0@1x2x5x6",
        "conv:out=4,k=3,s=1,p=1,d=1,g=1,bias=1@1x3x6x7",
        "conv:out=4,k=3,s=2,p=1,d=1,g=2,bias=1@2x4x7x9",
        "conv:out=5,k=3,s=1,p=1,d=1,g=1,bias=1,act=relu@1x3x3x17",
        "conv:out=3,k=3,s=2,p=0,d=1,g=1,bias=0@1x2x8x9",
        "conv:out=2,k=3,s=3,p=2,d=1,g=1,bias=1@1x2x7x8",
        "conv:out=3,k=3,s=1,p=2,d=2,g=1,bias=1@1x2x7x6",
        "conv:out=2,k=3,s=2,p=3,d=3,g=1,bias=0@1x3x8x9",
        "conv:out=6,k=3,s=1,p=1,d=1,g=6,bias=1@1x6x5x6",
        "conv:out=8,k=3,s=2,p=1,d=1,g=4,bias=0@1x4x6x7",
        "conv:out=5,k=5,s=2,p=2,d=1,g=5,bias=1@2x5x7x6",
        "conv:out=2,k=7,s=2,p=3,d=1,g=1,bias=0@1x3x11x10",
        "conv:out=3,k=7,s=1,p=3,d=1,g=1,bias=1@1x2x3x2",
        "conv:out=3,k=3x5,s=1,p=1x2,d=1,g=1,bias=1@1x2x6x7",
        "conv:out=2,k=5x3,s=1x2,p=0x1,d=1x2,g=1,bias=1@1x2x6x9",
        "conv:out=4,k=1x3,s=2x1,p=1x0,d=1,g=2,bias=0@1x4x5x6",
        "conv:out=2,k=2,s=2,p=0,d=1,g=1,bias=1@1x3x6x5",
        "conv:out=3,k=4x2,s=1,p=1,d=1,g=1,bias=1@1x2x5x5",
        "conv:out=4,k=5x6,s=1,p=0,d=1,g=1,bias=1@2x2x5x6",
        "conv:out=1,k=3,s=1,p=1,d=1,g=1,bias=1@1x1x1x1",
        "conv:out=5,k=3,s=1,p=1,d=1,g=1,bias=1,act=relu6@1x7x3x17",
        "conv:out=9,k=1,s=1,p=0,d=1,g=1,bias=1,act=silu@2x5x3x5",
        "conv:out=6,k=3,s=2,p=1,d=1,g=6,bias=1,act=hard-swish@1x6x7x6",
        "conv:out=4,k=3,s=1,p=1,d=1,g=2,bias=0,act=hard-sigmoid@1x4x5x6",
        "conv:out=3,k=1,s=2,p=0,d=1,g=1,bias=1,act=sigmoid@1x5x5x5",
        "conv:out=4,k=3,s=2,p=0x1x2x1,d=1,g=1,bias=1@2x4x7x9",
        "conv:out=3,k=3,s=1,p=1x0x0x2,d=1,g=1,bias=0@1x2x5x6",
        "conv:out=9,k=3,s=1,p=2x0x1x1,d=1,g=1,bias=1,act=relu@1x3x4x17",
        "conv:out=5,k=1,s=1,p=0x1x2x0,d=1,g=1,bias=1@1x3x3x4",
        "conv:out=4,k=1,s=2,p=1x0x0x1,d=1,g=2,bias=1@1x4x5x6",
        "conv:out=3,k=3,s=1,p=3x0x1x2,d=2,g=1,bias=1@1x2x7x6",
        "conv:out=6,k=3,s=2,p=0x0x1x1,d=1,g=6,bias=1@1x6x6x8",
        "conv:out=6,k=3,s=1,p=2x0x0x1,d=1,g=6,bias=0,act=relu6@1x6x5x9",
        "conv:out=5,k=5,s=2,p=1x2x2x1,d=1,g=5,bias=1@2x5x6x8",
        "conv:out=8,k=3,s=2,p=0x1x1x0,d=1,g=4,bias=0@1x4x6x7",
        "conv:out=3,k=2x4,s=1,p=0x1x1x2,d=1,g=1,bias=1@1x2x5x6",
        "conv:out=2,k=7,s=2,p=2x3x3x2,d=1,g=1,bias=0@1x3x10x12",
        "conv:out=2,k=3,s=1,p=4x0x0x5,d=1,g=1,bias=1@1x2x3x4",
        "conv:out=1,k=3,s=1,p=2x0x0x2,d=1,g=1,bias=1@1x1x1x1",
    ],
    "transposed": [
        "conv-transpose:out=3,k=4,s=2,p=1,op=0,d=1,g=1,bias=1@2x5x3x4",
        "conv-transpose:out=9,k=2,s=2,p=0,op=0,d=1,g=1,bias=1@1x4x3x5",
        "conv-transpose:out=4,k=3,s=2,p=1,op=1,d=1,g=1,bias=0@1x3x4x3",
        "conv-transpose:out=6,k=3,s=1,p=1,op=0,d=1,g=3,bias=1@1x6x4x5",
        "conv-transpose:out=4,k=4,s=2,p=1,op=0,d=1,g=4,bias=1@1x4x3x4",
        "conv-transpose:out=2,k=3,s=2,p=1,op=1,d=2,g=1,bias=1@1x3x4x3",
        "conv-transpose:out=2,k=3x2,s=3x1,p=2x0,op=1x0,d=2x3,g=1,bias=1@1x2x3x4",
        "conv-transpose:out=2,k=1,s=2,p=0,op=1,d=1,g=1,bias=1@1x3x2x3",
        "conv-transpose:out=2,k=2,s=4x3,p=0,op=3x2,d=1,g=2,bias=1@1x4x2x3",
        "conv-transpose:out=2,k=5,s=3,p=4,op=2,d=1,g=1,bias=0@1x2x4x4",
        "conv-transpose:out=1,k=1,s=1,p=0,op=0,d=1,g=1,bias=1@1x1x1x1",
        "conv-transpose:out=3,k=7,s=2,p=3,op=1,d=1,g=1,bias=1@1x2x1x2",
        "conv-transpose:out=3,k=4,s=6,p=3,op=5,d=4,g=1,bias=1@1x2x3x2",
        "conv-transpose:out=3,k=4,s=2,p=0x1x2x1,op=0,d=1,g=1,bias=1@2x5x3x4",
        "conv-transpose:out=4,k=3,s=2,p=1x0x0x2,op=1,d=1,g=1,bias=0@1x3x4x3",
        "conv-transpose:out=6,k=3,s=1,p=2x0x1x1,op=0,d=1,g=3,bias=1@1x6x4x5",
        "conv-transpose:out=4,k=4,s=2,p=1x2x0x3,op=0,d=1,g=4,bias=1@1x4x3x4",
        "conv-transpose:out=2,k=3x2,s=3x1,p=2x0x1x3,op=1x0,d=2x3,g=1,bias=1@1x2x3x4",
        "conv-transpose:out=2,k=5,s=3,p=4x1x3x0,op=2,d=1,g=1,bias=0@1x2x4x4",
        "conv-transpose:out=2,k=1,s=2,p=1x0x0x1,op=1,d=1,g=1,bias=1@1x3x2x3",
        "conv-transpose:out=3,k=3,s=2,p=4x0x0x3,op=0,d=1,g=1,bias=1@1x2x5x4",
    ],
    "pooling": [
        "pool:type=max,k=2,s=2,p=0,ceil=0,countpad=0@2x3x6x7",
        "pool:type=max,k=3,s=2,p=1,ceil=0,countpad=0@1x3x7x8",
        "pool:type=max,k=3,s=1,p=1,ceil=0,countpad=0@1x2x5x6",
        "pool:type=max,k=3,s=2,p=0,ceil=1,countpad=0@1x2x6x8",
        "pool:type=max,k=3,s=2,p=1,ceil=1,countpad=0@1x2x6x7",
        "pool:type=max,k=2x3,s=1x2,p=1x0,ceil=0,countpad=0@1x2x5x8",
        "pool:type=max,k=2,s=3,p=1,ceil=1,countpad=0@1x2x6x7",
        "pool:type=avg,k=2,s=2,p=0,ceil=0,countpad=0@2x3x6x7",
        "pool:type=avg,k=3,s=2,p=1,ceil=0,countpad=0@1x3x7x8",
        "pool:type=avg,k=3,s=2,p=1,ceil=0,countpad=1@1x3x7x8",
        "pool:type=avg,k=3,s=2,p=1,ceil=1,countpad=0@1x2x6x8",
        "pool:type=avg,k=3,s=2,p=1,ceil=1,countpad=1@1x2x6x8",
        "pool:type=avg,k=3,s=3,p=0,ceil=1,countpad=1@1x2x7x8",
        "pool:type=avg,k=4x3,s=2x3,p=2x1,ceil=1,countpad=1@1x2x7x9",
        "pool:type=avg,k=4x3,s=2x3,p=2x1,ceil=1,countpad=0@1x2x7x9",
        "pool:type=max,k=3,s=1,p=1,d=2,ceil=0,countpad=0@1x2x9x8",
        "pool:type=max,k=3x2,s=2x1,p=1,d=2x3,ceil=1,countpad=0@2x2x8x9",
        "pool:type=max,k=2,s=3,p=1,d=4,ceil=1,countpad=0@1x2x8x9",
        "pool:type=avg,k=3,s=2,p=1,d=2,ceil=0,countpad=0@1x2x9x8",
        "pool:type=avg,k=3x2,s=1,p=1,d=1x3,ceil=0,countpad=1@2x2x6x7",
        "pool:type=max,k=3,s=2,p=0x0x1x1,ceil=0,countpad=0@1x3x6x8",
        "pool:type=max,k=3,s=1,p=1x0x0x1,ceil=0,countpad=0@1x2x5x6",
        "pool:type=max,k=2,s=2,p=1x0x0x1,ceil=0,countpad=0@2x2x7x7",
        "pool:type=max,k=4x5,s=1x2,p=2x0x1x2,ceil=0,countpad=0@1x2x5x8",
        "pool:type=max,k=7,s=2,p=3x0x1x2,ceil=0,countpad=0@1x2x9x10",
        "pool:type=max,k=3,s=1,p=0x1x1x0,d=2,ceil=0,countpad=0@1x2x9x8",
        "pool:type=max,k=3x4,s=2x3,p=1x0x0x2,ceil=1,countpad=0@1x2x7x9",
        "pool:type=max,k=2,s=2,p=0x0x1x1,ceil=1,countpad=0@1x2x6x7",
        "pool:type=avg,k=3,s=2,p=0x0x1x1,ceil=0,countpad=0@1x3x6x8",
        "pool:type=avg,k=3,s=1,p=1x0x0x1,ceil=0,countpad=0@1x2x5x6",
        "pool:type=avg,k=2,s=2,p=1x0x0x1,ceil=0,countpad=0@2x2x7x7",
        "pool:type=avg,k=4x5,s=1x2,p=2x0x1x2,ceil=0,countpad=0@1x2x5x8",
        "pool:type=avg,k=7,s=2,p=3x0x1x2,ceil=0,countpad=0@1x2x9x10",
        "pool:type=avg,k=3,s=1,p=0x1x1x0,d=2,ceil=0,countpad=0@1x2x9x8",
        "pool:type=avg,k=3x4,s=2x3,p=1x0x0x2,ceil=1,countpad=0@1x2x7x9",
        "pool:type=avg,k=2,s=2,p=0x0x1x1,ceil=1,countpad=0@1x2x6x7",
        "pool:type=avg,k=3,s=2,p=0x0x1x1,ceil=0,countpad=1@1x3x6x8",
        "pool:type=avg,k=3,s=1,p=1x0x0x1,ceil=0,countpad=1@1x2x5x6",
        "pool:type=avg,k=2,s=2,p=1x0x0x1,ceil=0,countpad=1@2x2x7x7",
        "pool:type=avg,k=4x5,s=1x2,p=2x0x1x2,ceil=0,countpad=1@1x2x5x8",
        "pool:type=avg,k=7,s=2,p=3x0x1x2,ceil=0,countpad=1@1x2x9x10",
        "pool:type=avg,k=3,s=1,p=0x1x1x0,d=2,ceil=0,countpad=1@1x2x9x8",
        "pool:type=avg,k=3x4,s=2x3,p=1x0x0x2,ceil=1,countpad=1@1x2x7x9",
        "pool:type=avg,k=2,s=2,p=0x0x1x1,ceil=1,countpad=1@1x2x6x7",
        "globalpool:type=avg@2x5x4x7",
        "globalpool:type=max@2x5x4x7",
        "globalpool:type=avg@1x3x1x1",
        "adaptivepool:out=3@2x3x7x8",
        "adaptivepool:out=7@1x2x2x3",
        "adaptivepool:out=2x5@1x2x5x9",
        "channelpool@2x5x4x3",
        "channelpool@1x1x3x3",
        "channelpool@1x17x2x3",
    ],
    "dense": [
        "dense:out=7,bias=1@3x10",
        "dense:out=4,bias=0@1x33",
        "dense:out=5,bias=1,act=relu@2x17",
        "dense:out=6,bias=1@2x3x2x2",
        "dense:out=1,bias=1@1x1",
        "dense:out=5,bias=1,act=silu@2x17",
        "dense:out=19,bias=1,act=hard-swish@1x7",
    ],
    "pointwise": [
        "batchnorm@2x5x3x4",
        "batchnorm@3x7",
        "batchnorm:eps=0.001@2x3x4x5",
        "relu@2x3x4x5",
        "sigmoid@2x3x4x5",
        "relu6@2x3x4x5",
        "silu@2x3x4x5",
        "hard-sigmoid@2x3x4x5",
        "hard-swish@2x3x4x5",
    ],
    "channel": [
        "se:r=4@2x8x4x5",
        "se:r=2,bias=0@1x6x3x4",
        "se:r=3@1x8x1x1",
        "se:r=16@1x32x2x3",
        "se:r=16,min-hidden=3@1x8x4x5",
        "se:hidden=3,act=silu@2x8x4x5",
        "se:hidden=11,bias=0,gate=hard-sigmoid@1x8x3x3",
        "channel-attention:r=4,pool=both@2x8x4x5",
        "channel-attention:r=4,pool=avg@1x8x4x5",
        "channel-attention:r=4,pool=max@1x8x4x5",
        "channel-attention:r=3,pool=both@1x10x3x3",
        "channel-attention:r=4,pool=both,bias=0@1x8x4x5",
        "channel-attention:hidden=3,pool=max@1x8x4x5",
    ],
    "spatial": [
        "spatial-attention:k=3@2x4x5x6",
        "spatial-attention:k=7@1x4x9x8",
        "spatial-attention:k=7@1x3x2x3",
        "spatial-attention:k=1@1x4x3x5",
        "spatial-attention:k=7,bn=0@2x4x5x6",
    ],
    "cbam": [
        "cbam:r=4,k=7,order=channel-first,pool=both@2x8x5x4",
        "cbam:r=4,k=7,order=spatial-first,pool=both@1x8x5x6",
        "cbam:r=4,k=7,order=parallel,pool=both@1x8x5x6",
        "cbam:r=2,k=3,order=channel-first,pool=avg@1x6x4x5",
        "cbam:r=2,k=3,order=spatial-first,pool=max@1x6x4x5",
        "cbam:r=2,k=3,order=parallel,pool=max@1x6x4x5",
        "cbam:r=16,k=7,order=channel-first,pool=both@1x32x3x2",
        "cbam:r=4,k=7,order=channel-first,pool=both,bias=0,bn=0@2x8x5x4",
        "cbam:r=16,min-hidden=3,k=3,order=spatial-first,pool=both,bn=0@1x8x5x4",
        "cbam:hidden=5,k=3,order=parallel,pool=both,bias=0@1x6x4x5",
    ],
    "blocks": [
        "basicblock:out=6,s=1@1x6x5x6",
        "basicblock:out=8,s=2,attention=se,r=4@1x4x7x6",
        "basicblock:out=8,s=1,attention=cbam,r=4,k=3,order=channel-first,pool=both@1x8x5x4",
        "bottleneck:width=4,out=8,s=2,g=2@1x6x7x6",
        "bottleneck:width=4,out=8,s=1,g=1,attention=cbam,r=2,k=7,order=parallel,pool=both@1x8x5x6",
        "inception:branch1=3,reduce2=2,branch2=4,reduce3=3,branch3=2,branch4=5@2x6x5x4",
        "inception:branch1=2,reduce2=3,branch2=2,reduce3=2,branch3=3,branch4=1,attention=spatial-attention,k=3@1x5x4x6",
    ],
}


def text(cases):
    """One array a line."""
    return "[\n" + ",\n".join(
        "{" + ",\n ".join(f"{json.dumps(key)}: {rendered(value)}" for key, value in one.items()) + "}"
        for one in cases) + "\n]\n"


def rendered(value):
    if isinstance(value, dict):
        return "{" + ",".join(f"\n    {json.dumps(name)}: {rendered(one)}" for name, one in value.items()) + "}"
    if not isinstance(value, list):
        return json.dumps(value)
    if value and isinstance(value[0], list):
        return "[" + ",\n  ".join(map(rendered, value)) + "]"
    return "[" + ",".join(map(number, value)) + "]"


def number(value):
    """The shortest decimal that reads back as the same float64, integers without a point; what JSON lacks as a text."""
    if not math.isfinite(value):
        return f'"{value}"'
    whole = value == int(value) and (value != 0 or math.copysign(1, value) > 0)
    return str(int(value)) if whole else repr(value)


def differences(found, made):
    """What of the files that are there differs by more than rounding."""
    if [one["workload"] for one in found] != [one["workload"] for one in made]:
        return ["other workloads"]
    return [old["workload"] for old, new in zip(found, made) if not near(old, new)]


def near(old, new):
    if isinstance(new, dict):
        return old.keys() == new.keys() and all(near(old[key], new[key]) for key in new)
    if isinstance(new, list):
        return len(old) == len(new) and all(map(near, old, new))
    if isinstance(new, str) or isinstance(old, str):
        return old == new
    return abs(old - new) <= 1e-12 * max(1, abs(new))


def write_or_check(folder, files):
    """The exit status; `files` are cases by name."""
    torch.set_num_threads(1)
    check = "--check" in sys.argv[1:]
    wrong = 0
    for name, cases in files.items():
        path, content = folder / f"{name}.json", text(cases)
        if check:
            for difference in differences(json.loads(path.read_text()), json.loads(content)):
                print(f"{path.name}: {difference}")
                wrong += 1
        else:
            path.write_text(content)
            print(f"{path.name}: {len(cases)} cases, {path.stat().st_size} bytes")
    if check:
        print("differs" if wrong else "as the files say")
    return 1 if wrong else 0


def main():
    return write_or_check(FOLDER, {name: list(map(case, workloads)) for name, workloads in FILES.items()})


if __name__ == "__main__":
    sys.exit(main())
