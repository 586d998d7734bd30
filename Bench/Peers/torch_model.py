"""A task as a module of PyTorch, written as its users write such modules."""

import torch
import torch.nn.functional as F
from torch import nn

from task import Refusal

ACTIVATIONS = {
    "relu": F.relu, "relu6": F.relu6, "silu": F.silu, "sigmoid": torch.sigmoid,
    "hard-swish": F.hardswish, "hard-sigmoid": F.hardsigmoid,
}


def window(node):
    top, left, bottom, right = node.numbers("p")
    if (top, left) != (bottom, right):
        raise Refusal("padding that differs between the sides")
    return dict(stride=node.numbers("s"), padding=(top, left))


class Model(nn.Module):
    def __init__(self, task):
        super().__init__()
        self.plan = []
        self.result = task.results[0]
        for index, node in enumerate(task.nodes):
            arrays = [torch.from_numpy(array) for array in task.arrays(node)]
            layer = self.layer(task, node, arrays)
            activation = ACTIVATIONS[node.keys["act"]] if "act" in node.keys else None
            if isinstance(layer, nn.Module):
                self.add_module(f"layer{index}", layer)
            self.plan.append((layer, activation, node.sources))
        self.eval()
        for parameter in self.parameters():
            parameter.requires_grad_(False)

    def layer(self, task, node, arrays):
        if node.op in ACTIVATIONS:
            return ACTIVATIONS[node.op]
        make = getattr(self, node.op.replace("-", "_"), None)
        if make is None:
            raise Refusal(f"there is no {node.op} here")
        return make(task, node, arrays)

    def conv(self, task, node, arrays):
        weight = arrays[0]
        groups = int(node.keys["g"])
        layer = nn.Conv2d(
            weight.shape[1] * groups, weight.shape[0], tuple(weight.shape[2:]), dilation=node.numbers("d"),
            groups=groups, bias=node.flag("bias"), **window(node))
        return load(layer, arrays)

    def dense(self, task, node, arrays):
        layer = load(nn.Linear(arrays[0].shape[1], arrays[0].shape[0], bias=node.flag("bias")), arrays)
        rank = len(node.shape)
        return Flat(layer, rank)

    def batchnorm(self, task, node, arrays):
        layer = nn.BatchNorm2d(arrays[0].numel(), eps=float(node.keys["eps"]))
        for name, array in zip(("weight", "bias", "running_mean", "running_var"), arrays):
            getattr(layer, name).data.copy_(array)
        return layer

    def pool(self, task, node, arrays):
        if node.numbers("d") not in ([1], [1, 1]):
            raise Refusal("a pool with dilation")
        keys = dict(kernel_size=node.numbers("k"), ceil_mode=node.flag("ceil"), **window(node))
        if node.keys["type"] == "max":
            return nn.MaxPool2d(**keys)
        return nn.AvgPool2d(count_include_pad=node.flag("countpad"), **keys)

    def globalpool(self, task, node, arrays):
        if node.keys["type"] == "avg":
            return nn.AdaptiveAvgPool2d(1)
        return lambda x: x.amax((2, 3), keepdim=True)

    def adaptivepool(self, task, node, arrays):
        return nn.AdaptiveAvgPool2d(node.shape[2:])

    def channelpool(self, task, node, arrays):
        return lambda x: torch.cat((x.amax(1, keepdim=True), x.mean(1, keepdim=True)), 1)

    def add(self, task, node, arrays):
        return lambda a, b: a + b

    def concat(self, task, node, arrays):
        return lambda *parts: torch.cat(parts, 1)

    def scale(self, task, node, arrays):
        shape = node.shape
        if node.keys["gate"] == "channel":
            return lambda x, gate: x * gate.reshape(shape[0], shape[1], 1, 1)
        return lambda x, gate: x * gate

    def forward(self, *inputs):
        values = []
        for layer, activation, sources in self.plan:
            given = [inputs[index] if kind == "input" else values[index] for kind, index in sources]
            value = layer(*given)
            values.append(activation(value) if activation else value)
        kind, index = self.result
        return inputs[index] if kind == "input" else values[index]


class Flat(nn.Module):
    """A dense layer of whatever has one value per channel, or of all that an image has."""

    def __init__(self, layer, rank):
        super().__init__()
        self.layer = layer
        self.rank = rank

    def forward(self, x):
        y = self.layer(x.flatten(1))
        return y if self.rank == 2 else y.unsqueeze(2).unsqueeze(3)


def load(layer, arrays):
    with torch.no_grad():
        for parameter, array in zip((layer.weight, layer.bias), arrays):
            parameter.copy_(array)
    return layer
