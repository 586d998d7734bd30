#!/usr/bin/env python3
"""Writes the golden files beside this script: gradients that PyTorch computes in float64 for small workloads.

How to run it (in the environment of make_goldens.py, whose modules and numbers it uses):

    torch-environment/bin/python make_gradient_goldens.py            # writes *.json
    torch-environment/bin/python make_gradient_goldens.py --check    # compares with the files that are there

Each file is a list of cases:

- `workload`: the forward operator and its shapes. `values`: what the inputs are like, see `VALUES`.
- `training`: batch norm normalises with the mean and variance of the batch, not with those among the weights.
- `inputs`, one array each; `weights` by name; `gradient`, that of the output. All are exact in float32.
- `output`, `inputGradients`, `weightGradients`: of everything but the means and variances, which are not learned.
- `batchStatistics` and `runningStatistics`, where there is batch norm in training: by the names of the weights that
  are not learned, the mean and (biased) variance of the batch, and what the weight is after this one batch: 9/10 of it
  and 1/10 of the batch's, whose variance is the unbiased one here.

Arrays are as in make_goldens.py, but multiples of 1/16, whose products are short decimals. Numbers that JSON lacks are
the texts "nan", "inf" and "-inf".

Rules where a function has no derivative, as PyTorch has them: the first of several maxima gets the gradient, row by row
in a window, by index among channels; of NaNs in a window the last one, among channels the first; a window of -inf only,
its first element. ReLU passes nothing at 0 and -0, and everything at NaN. ReLU6 passes nothing at 0 and 6, the hard
sigmoid nothing at -3 and 3, the hard swish nothing at -3 and everything at 3. What the others do at NaN is not here:
ReLU6 passes nothing in PyTorch's vectors and everything in the elements that are left over.

A composite's gradient jumps where a rectification or a maximum inside it is decided by the last digits, which no other
computation has in common with this one. So dense values are drawn anew until their gradients change by less than a
thousandth when all values change by a millionth.
"""

import itertools
import math
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

import torch
from torch import nn
from torch.nn import functional

import make_goldens as goldens

EDGES = [0.0, -0.0, 3.0, -3.0, 6.0, -6.0, 2.9375, -2.9375, 3.0625, -3.0625, 5.9375, 6.0625, 0.0625, -0.0625]


class Numbers(goldens.Numbers):
    """Multiples of 1/16."""

    def tensor(self, *arguments):
        # Adding zero makes 0 of -0.
        return torch.round(16 * super().tensor(*arguments)) / 16 + 0.0


def cycled(values):
    return lambda numbers, shape: shaped(shape, lambda i: values[i % len(values)])


def chosen(values):
    return lambda numbers, shape: shaped(shape, lambda i: numbers.random.choice(values))


def shaped(shape, value):
    return torch.tensor([value(i) for i in range(math.prod(shape))], dtype=torch.float64).reshape(shape)


VALUES = {
    # From -1 to 1.
    "dense": lambda numbers, shape: numbers.tensor(shape),
    # The same from -8 to 8, where activations are flat as well.
    "wide": lambda numbers, shape: 8 * numbers.tensor(shape),
    # Three values: most maxima are reached more than once.
    "ties": chosen([-0.5, 0.25, 0.5]),
    # Nothing but maxima.
    "constant": cycled([0.5]),
    # Where the derivatives of activations jump, and both sides of it.
    "edges": cycled(EDGES),
    "edges-nan": cycled([*EDGES, math.nan]),
    # One element in five, so that windows have none, one or several.
    "nan": chosen([math.nan, -0.5, 0.25, 0.5, 1.0]),
    # Most elements, so that some windows have nothing else.
    "infinite": chosen([-math.inf] * 7 + [0.25]),
}


def subsampled(x, out, stride):
    before = (out - x.size(1)) // 2
    return functional.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, before, out - x.size(1) - before))


def module(keyword, keys, shapes):
    """The PyTorch module of a workload, and the shapes of all its inputs."""
    first = shapes[0]
    if keyword == "add":
        return goldens.Lambda(torch.add), 2 * shapes
    if keyword == "scale":
        n, channels, height, width = first
        gate = [n, channels, 1, 1] if keys["gate"] == "channel" else [n, 1, height, width]
        # The gate of channels may be N x C.
        return goldens.Lambda(lambda x, g: x * g.reshape(gate)), [first, *(shapes[1:] or [gate])]
    if keyword == "concat":
        count = int(keys["n"])
        return goldens.Lambda(lambda *inputs: torch.cat(inputs, 1)), shapes if len(shapes) == count else count * shapes
    if keyword == "subsample":
        return goldens.Lambda(lambda x: subsampled(x, int(keys["out"]), int(keys["s"]))), shapes
    return goldens.module(keyword, keys, first), shapes


class BatchStatistics:
    """Mean and variance of what goes into every batch norm, by the names of the weights that they stand for."""

    def __init__(self, net):
        self.values = {}
        for name, layer in net.named_modules():
            if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
                layer.register_forward_hook(self.hook(name))

    def hook(self, name):
        def store(layer, inputs, output):
            channels = inputs[0].detach().transpose(0, 1).flatten(1)
            self.values[goldens.name_here(f"{name}.running_mean")] = channels.mean(1)
            self.values[goldens.name_here(f"{name}.running_var")] = channels.var(1, unbiased=False)
        return store


def gradients(net, inputs, gradient):
    """The output, the gradients of the inputs, those of the parameters."""
    inputs = [x.clone().requires_grad_() for x in inputs]
    parameters = dict(net.named_parameters())
    output = net(*inputs)
    found = torch.autograd.grad(output, [*inputs, *parameters.values()], gradient)
    return output, found[:len(inputs)], dict(zip(parameters, found[len(inputs):]))


@torch.no_grad()
def nudge(tensor):
    """Changes every number by a millionth at most, equal numbers equally."""
    tensor *= 1 + 1e-6 * torch.sin(1000 * tensor)


def is_steady(make, inputs, gradient):
    """Whether gradients stay nearly the same when all values change a little."""
    _, *before = gradients(make(), inputs, gradient)
    net, inputs = make(), [x.clone() for x in inputs]
    for tensor in [*inputs, *net.parameters()]:
        nudge(tensor)
    _, *after = gradients(net, inputs, gradient)
    pairs = [*zip(before[0], after[0]), *((before[1][name], after[1][name]) for name in before[1])]
    return all(torch.allclose(b, a, rtol=1e-3, atol=1e-3) for b, a in pairs)


def drawn(workload, values, training, draw):
    """How to make the module, as often as needed, its inputs, its weights by name and the gradient of its output."""
    keyword, keys, shapes = goldens.parsed(workload)
    numbers = Numbers(f"{workload} {values} {training} {draw}")
    net, shapes = module(keyword, keys, shapes)
    inputs = [VALUES[values](numbers, shape) for shape in shapes]
    weights = goldens.fill(net.double(), numbers)
    state = {name: value.clone() for name, value in net.state_dict().items()}

    def make():
        net.load_state_dict(state)
        return net.train(training)

    with torch.no_grad():
        shape = list(make()(*inputs).shape)
    return make, inputs, weights, numbers.tensor(shape)


def case(workload, values="dense", training=False):
    for draw in itertools.count():
        make, inputs, weights, gradient = drawn(workload, values, training, draw)
        if values != "dense" or is_steady(make, inputs, gradient):
            break
    net = make()
    statistics = BatchStatistics(net)
    output, of_inputs, of_weights = gradients(net, inputs, gradient)
    result = {
        "workload": workload,
        "values": values,
        "training": training,
        "inputs": flat(inputs),
        "weights": weights,
        "gradient": gradient.flatten().tolist(),
        "output": output.flatten().tolist(),
        "inputGradients": flat(of_inputs),
        "weightGradients": {goldens.name_here(name): value.flatten().tolist() for name, value in of_weights.items()},
    }
    if training:
        result["batchStatistics"] = {name: value.tolist() for name, value in statistics.values.items()}
        result["runningStatistics"] = {
            goldens.name_here(name): value.tolist() for name, value in net.state_dict().items() if "running" in name}
    return result


def flat(tensors):
    return [tensor.flatten().tolist() for tensor in tensors]


def trained(*workloads):
    return [(workload, "dense", True) for workload in workloads]


# A workload, or a workload, the kind of values and whether it is in training.
FILES = {
    "conv": [
        "conv:out=3,k=1,s=1,p=0,d=1,g=1,bias=0@2x4x2x3",
        "conv:out=4,k=1,s=2,p=0,d=1,g=1,bias=1@1x3x5x4",
        "conv:out=4,k=1,s=1,p=0,d=1,g=2,bias=1@2x4x3x2",
        "conv:out=2,k=1,s=1,p=1,d=1,g=1,bias=1@1x3x2x3",
        "conv:out=3,k=3,s=1,p=1,d=1,g=1,bias=1@2x2x4x3",
        "conv:out=3,k=3,s=1,p=1,d=1,g=1,bias=1@1x2x3x17",
        "conv:out=2,k=3,s=1,p=0,d=1,g=1,bias=0@1x3x5x6",
        "conv:out=4,k=3,s=2,p=1,d=1,g=2,bias=1@2x4x7x6",
        "conv:out=2,k=2,s=3,p=0,d=1,g=1,bias=1@1x2x7x9",
        "conv:out=2,k=2,s=4x3,p=1x0,d=1,g=1,bias=0@2x2x6x5",
        "conv:out=2,k=3,s=2,p=0x0x1x1,d=1,g=1,bias=1@1x2x6x8",
        "conv:out=2,k=3,s=1,p=1x0x0x2,d=1,g=1,bias=0@2x2x4x5",
        "conv:out=2,k=3,s=1,p=4x0x0x5,d=1,g=1,bias=1@1x2x3x4",
        "conv:out=2,k=3,s=1,p=2,d=2,g=1,bias=1@1x2x6x5",
        "conv:out=2,k=3,s=2,p=3,d=3,g=1,bias=0@1x2x7x8",
        "conv:out=6,k=3,s=1,p=1,d=1,g=3,bias=1@1x6x3x4",
        "conv:out=6,k=3,s=1,p=1,d=1,g=6,bias=1@2x6x2x3",
        "conv:out=4,k=3,s=2,p=1,d=1,g=4,bias=0@2x4x5x4",
        "conv:out=4,k=3,s=2,p=0x0x1x1,d=1,g=4,bias=1@1x4x4x6",
        "conv:out=8,k=3,s=2,p=1,d=1,g=4,bias=1@1x4x5x4",
        "conv:out=3,k=5,s=2,p=1x2x2x1,d=1,g=3,bias=1@1x3x5x6",
        "conv:out=2,k=5x7,s=1,p=2x3,d=1,g=1,bias=1@1x2x6x8",
        "conv:out=2,k=5x7,s=2x3,p=1x2,d=1,g=2,bias=0@1x2x7x9",
        "conv:out=2,k=7,s=2,p=3,d=1,g=1,bias=0@1x2x9x8",
        "conv:out=3,k=1x3,s=1x2,p=0x1,d=1,g=1,bias=1@2x2x1x9",
        "conv:out=2,k=3,s=1,p=1,d=1,g=1,bias=1@1x3x1x5",
        "conv:out=2,k=4x2,s=1,p=1,d=1,g=1,bias=1@1x2x4x3",
        "conv:out=2,k=5x3,s=1x2,p=0x1,d=1x2,g=1,bias=1@1x2x6x7",
        "conv:out=1,k=3,s=1,p=1,d=1,g=1,bias=1@1x1x1x1",
        "conv:out=3,k=3,s=1,p=1,d=1,g=1,bias=1,act=relu@2x2x4x3",
        "conv:out=4,k=1,s=1,p=0,d=1,g=1,bias=1,act=silu@2x3x2x3",
        "conv:out=4,k=3,s=2,p=1,d=1,g=4,bias=0,act=hard-swish@1x4x5x4",
    ],
    "transposed": [
        "conv-transpose:out=2,k=4,s=2,p=1,op=0,d=1,g=1,bias=1@2x3x3x2",
        "conv-transpose:out=3,k=2,s=2,p=0,op=0,d=1,g=1,bias=1@1x2x2x3",
        "conv-transpose:out=2,k=3,s=2,p=1,op=1,d=1,g=1,bias=0@1x3x3x2",
        "conv-transpose:out=4,k=3,s=1,p=1,op=0,d=1,g=2,bias=1@1x4x3x3",
        "conv-transpose:out=3,k=4,s=2,p=1,op=0,d=1,g=3,bias=1@1x3x2x3",
        "conv-transpose:out=2,k=3x2,s=3x1,p=2x0,op=1x0,d=2x3,g=1,bias=1@1x2x3x2",
        "conv-transpose:out=2,k=1,s=2,p=0,op=1,d=1,g=1,bias=1@1x3x2x3",
        "conv-transpose:out=2,k=3,s=2,p=1x0x0x2,op=1,d=1,g=1,bias=1@1x2x4x3",
        "conv-transpose:out=1,k=1,s=1,p=0,op=0,d=1,g=1,bias=1@1x1x1x1",
    ],
    "dense": [
        "dense:out=5,bias=1@3x7",
        "dense:out=4,bias=0@1x17",
        "dense:out=3,bias=1@2x3x2x2",
        "dense:out=1,bias=1@1x1",
        "dense:out=6,bias=1,act=relu@2x9",
    ],
    "pooling": [
        "pool:type=max,k=2,s=2,p=0,ceil=0,countpad=0@2x2x4x5",
        "pool:type=max,k=3,s=2,p=1,ceil=0,countpad=0@1x2x6x7",
        ("pool:type=max,k=3,s=2,p=1,ceil=0,countpad=0@1x2x6x7", "ties"),
        ("pool:type=max,k=3,s=1,p=1,ceil=0,countpad=0@1x2x5x6", "ties"),
        ("pool:type=max,k=3,s=1,p=1,ceil=0,countpad=0@1x1x4x5", "constant"),
        ("pool:type=max,k=3,s=2,p=0,ceil=1,countpad=0@1x2x6x6", "ties"),
        ("pool:type=max,k=3,s=2,p=1,ceil=1,countpad=0@1x2x6x7", "ties"),
        ("pool:type=max,k=2,s=3,p=1,ceil=1,countpad=0@1x2x6x7", "ties"),
        ("pool:type=max,k=2x3,s=1x2,p=1x0,ceil=0,countpad=0@2x2x3x7", "ties"),
        ("pool:type=max,k=3,s=2,p=0x0x1x1,ceil=0,countpad=0@1x2x6x8", "ties"),
        ("pool:type=max,k=3x4,s=2x3,p=1x0x0x2,ceil=1,countpad=0@1x2x5x7", "ties"),
        ("pool:type=max,k=3,s=1,p=1,d=2,ceil=0,countpad=0@1x2x6x5", "ties"),
        ("pool:type=max,k=3,s=2,p=1,ceil=0,countpad=0@2x2x6x7", "nan"),
        ("pool:type=max,k=2,s=1,p=0,ceil=0,countpad=0@1x2x4x5", "nan"),
        ("pool:type=max,k=3,s=2,p=1,ceil=0,countpad=0@2x2x6x7", "infinite"),
        ("pool:type=max,k=2,s=2,p=0,ceil=1,countpad=0@1x2x5x5", "infinite"),
        "pool:type=avg,k=2,s=2,p=0,ceil=0,countpad=0@2x2x4x5",
        "pool:type=avg,k=3,s=2,p=1,ceil=0,countpad=0@1x2x6x7",
        "pool:type=avg,k=3,s=2,p=1,ceil=0,countpad=1@1x2x6x7",
        "pool:type=avg,k=3,s=1,p=1,ceil=0,countpad=0@1x2x4x5",
        "pool:type=avg,k=2,s=3,p=0,ceil=0,countpad=0@1x2x6x7",
        "pool:type=avg,k=3,s=2,p=1,ceil=1,countpad=0@1x2x6x6",
        "pool:type=avg,k=3,s=2,p=1,ceil=1,countpad=1@1x2x6x6",
        "pool:type=avg,k=4x3,s=2x3,p=2x1,ceil=1,countpad=1@1x1x5x7",
        "pool:type=avg,k=3,s=2,p=0x0x1x1,ceil=0,countpad=0@1x2x6x4",
        "pool:type=avg,k=3,s=2,p=0x0x1x1,ceil=0,countpad=1@1x2x6x4",
        "pool:type=avg,k=3x4,s=2x3,p=1x0x0x2,ceil=1,countpad=0@1x1x5x7",
        "pool:type=avg,k=3x2,s=1,p=1,d=1x2,ceil=0,countpad=1@1x1x4x5",
        "globalpool:type=avg@2x3x2x4",
        "globalpool:type=max@2x3x2x4",
        ("globalpool:type=max@2x3x3x4", "ties"),
        ("globalpool:type=max@2x3x3x4", "nan"),
        ("globalpool:type=max@1x2x2x2", "infinite"),
        "adaptivepool:out=3@2x2x5x4",
        "adaptivepool:out=5@1x2x2x3",
        "adaptivepool:out=2x3@1x2x4x7",
        "adaptivepool:out=2@1x2x2x2",
        "channelpool@2x4x3x2",
        "channelpool@1x1x2x3",
        ("channelpool@2x5x3x4", "ties"),
        ("channelpool@1x5x3x4", "nan"),
        ("channelpool@1x17x2x3", "ties"),
    ],
    "pointwise": [
        *[(f"{name}@2x2x3x4", "wide") for name in goldens.ACTIVATIONS],
        *[(f"{name}@1x2x3x7", "edges") for name in goldens.ACTIVATIONS],
        ("relu@1x3x3x5", "edges-nan"),
        "add@2x3x2x3",
        "add@2x5",
        "scale:gate=channel@2x3x2x3",
        "scale:gate=channel@2x3x2x3,2x3",
        "scale:gate=pixel@2x3x2x3,2x1x2x3",
        "concat:n=2@2x2x2x3",
        "concat:n=3@2x2x2x3,2x1x2x3,2x3x2x3",
        "subsample:out=7,s=2@2x4x3x4",
        "subsample:out=3,s=3@1x3x5x7",
        "batchnorm@2x3x2x4",
        "batchnorm@3x4",
        "batchnorm:eps=0.001@2x3x3x2",
        *trained(
            "batchnorm@2x3x2x4", "batchnorm@1x5x3x3", "batchnorm@4x5", "batchnorm:eps=0.001@2x3x3x2",
            "batchnorm@3x2x1x1"),
    ],
    "channel": [
        "se:r=2@2x4x2x3",
        "se:r=2,bias=0@1x6x2x3",
        "se:r=3@1x8x1x1",
        "se:hidden=3,act=silu@2x4x3x2",
        "se:hidden=5,bias=0,gate=hard-sigmoid@1x4x3x3",
        "channel-attention:r=2,pool=both@2x4x2x3",
        "channel-attention:r=2,pool=avg@1x4x3x4",
        "channel-attention:r=2,pool=max@1x4x3x4",
        ("channel-attention:r=2,pool=both@1x4x3x3", "ties"),
        "channel-attention:r=2,pool=both,bias=0@1x6x2x3",
        "channel-attention:r=4,pool=both@1x8x1x1",
    ],
    "spatial": [
        "spatial-attention:k=3@2x3x2x3",
        "spatial-attention:k=5,bn=0@1x4x3x4",
        ("spatial-attention:k=3,bn=0@1x4x3x4", "ties"),
        *trained(
            "spatial-attention:k=7@2x3x3x4", "spatial-attention:k=3@2x4x2x3", "spatial-attention:k=1@1x3x2x3"),
        ("spatial-attention:k=3@2x4x3x3", "ties", True),
    ],
    "cbam": [
        *trained(
            "cbam:r=2,k=7,order=channel-first,pool=both@2x4x3x4",
            "cbam:r=2,k=3,order=spatial-first,pool=both@2x4x3x4",
            "cbam:r=2,k=3,order=parallel,pool=both@2x4x3x4",
            "cbam:r=2,k=3,order=channel-first,pool=avg@1x6x3x4",
            "cbam:r=2,k=3,order=spatial-first,pool=max@1x6x3x4"),
        ("cbam:r=2,k=3,order=channel-first,pool=both@2x4x3x3", "ties", True),
        "cbam:r=2,k=3,order=channel-first,pool=both@2x4x2x3",
        "cbam:r=2,k=3,order=channel-first,pool=both,bn=0@1x4x3x4",
        "cbam:r=2,k=3,order=spatial-first,pool=both,bn=0@1x4x3x4",
        "cbam:hidden=3,k=3,order=parallel,pool=both,bias=0,bn=0@1x4x4x3",
    ],
    "blocks": [
        *trained(
            "basicblock:out=3,s=1@2x3x3x3",
            "basicblock:out=3,s=2@2x2x5x4",
            "basicblock:out=3,s=1,attention=cbam,r=2,k=3,order=channel-first,pool=both@2x3x3x4",
            "basicblock:out=3,s=2,attention=se,r=2@2x2x5x4",
            "bottleneck:width=2,out=4,s=1,g=1@2x4x3x4",
            "bottleneck:width=2,out=4,s=2,g=2,attention=cbam,r=2,k=3,order=channel-first,pool=both@2x3x5x4",
            "inception:branch1=2,reduce2=2,branch2=3,reduce3=1,branch3=2,branch4=1@2x2x3x3"),
        "basicblock:out=3,s=2@1x2x5x4",
        "basicblock:out=2,s=1,attention=cbam,r=2,k=3,order=channel-first,pool=both@1x2x4x3",
        "bottleneck:width=2,out=4,s=2,g=2,attention=cbam,r=2,k=3,order=parallel,pool=both@1x3x5x4",
    ],
}


def main():
    return goldens.write_or_check(FOLDER, {
        name: [case(row) if isinstance(row, str) else case(*row) for row in rows] for name, rows in FILES.items()})


if __name__ == "__main__":
    sys.exit(main())
