#!/usr/bin/env python3
"""Writes `losses.json` beside this script: the losses of a few steps of training that PyTorch computes in float64.

How to run it (in the environment of make_goldens.py, whose modules it uses; a minute):

    torch-environment/bin/python make_training_goldens.py            # writes the file
    torch-environment/bin/python make_training_goldens.py --check    # compares with the file that is there

Each row is a run: the network as a workload text, what the optimiser is told, and the mean cross-entropy of each batch
before the step that it causes. Steps are counted from 0. The images of step s are the array `input.s` of `formula.py`
in the folder above, image n of the batch has the label (7 * s + 3 * n) mod 10, and the weights before step 0 are those
of `formula.py` as well. The network is in training mode: batch norm, with an epsilon of 1e-5 in attention as elsewhere,
normalises with the mean and biased variance of the batch, so that running statistics have no part in the losses.

A step is that of `torch.optim.SGD`, for all parameters alike: g += decay * w; v = g in step 0 and momentum * v + g
afterwards; w -= rate * v, with Nesterov w -= rate * (g + momentum * v).

The rate is small on purpose. At 0.05 the losses climb to 16, and from 0.004 on a maximum or a rectification that hangs
on the last digits spoils the comparison: PyTorch in float32 is off by 2e-4 in the last loss at 0.004 and by 3e-2 in the
last but one at 0.01. At 0.002 it is within 2e-6 in every step of both runs. Without the decay the last two losses would
differ by 2e-5; with Nesterov most of them differ by more than 1e-2.

The network is put together here from the blocks of make_goldens.py. Before it is trained, its output in evaluation mode
is compared with that of torchvision's in `network-outputs.json`.
"""

import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

import torch
from torch import nn
from torch.nn import functional

import formula
import make_goldens as goldens

CLASSES, STEPS, BATCH, EXTENT = 10, 10, 4, 64
NETWORK = f"resnet18+cbam:classes={CLASSES},r=16,k=7,order=channel-first,pool=both"
RATE, MOMENTUM, DECAY = 0.002, 0.9, 1e-4


class Stem(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn = goldens.BatchNorm(64)

    def forward(self, x):
        return functional.max_pool2d(torch.relu(self.bn(self.conv(x))), 3, 2, 1)


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(512, CLASSES)

    def forward(self, x):
        return self.fc(x.mean(dim=(2, 3)))


class ResNet18(nn.Module):
    """With the names of this package."""

    def __init__(self):
        super().__init__()
        self.stem, self.head = Stem(), Head()
        channels = 64
        for stage in range(4):
            blocks = []
            for index in range(2):
                out, stride = 64 << stage, 2 if stage > 0 and index == 0 else 1
                attention = goldens.CBAM((out, out // 16, "both", True), (7, True), "channel-first")
                convolutions = [(out, 3, stride, 1), (out, 3, 1, 1)]
                blocks.append(goldens.Residual(channels, out, stride, convolutions, attention))
                channels = out
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))

    def forward(self, x):
        return self.head(self.layer4(self.layer3(self.layer2(self.layer1(self.stem(x))))))


@torch.no_grad()
def network():
    """In float64, with the weights of the formula."""
    net = ResNet18().double()
    for name, layer in net.named_modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear, nn.BatchNorm2d)):
            name = goldens.name_here(name)
            formula.fill_layer(name, layer, 0.25 if name.endswith(".bn2") else 1)
    return net


def image(name, *shape):
    result = torch.empty(shape, dtype=torch.float64)
    formula.fill(name, result)
    return result


@torch.no_grad()
def compare_with_torchvision():
    rows = json.loads((FOLDER.parent / "Networks" / "network-outputs.json").read_text())["networks"]
    wanted, = (row["output"] for row in rows if row["workload"] == f"resnet18+cbam:classes={CLASSES}@2x3x32x40")
    found = network().eval()(image("input", 2, 3, 32, 40)).flatten().tolist()
    assert goldens.near(wanted, found), f"{found}, torchvision's {wanted}"


def run(nesterov):
    net = network().train()
    optimizer = torch.optim.SGD(net.parameters(), RATE, MOMENTUM, weight_decay=DECAY, nesterov=nesterov)
    losses = []
    for step in range(STEPS):
        labels = torch.tensor([(7 * step + 3 * n) % CLASSES for n in range(BATCH)])
        loss = functional.cross_entropy(net(image(f"input.{step}", BATCH, 3, EXTENT, EXTENT)), labels)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return {
        "workload": f"{NETWORK}@{BATCH}x3x{EXTENT}x{EXTENT}", "rate": RATE, "momentum": MOMENTUM, "decay": DECAY,
        "nesterov": nesterov, "losses": losses}


def main():
    compare_with_torchvision()
    return goldens.write_or_check(FOLDER, {"losses": [run(nesterov) for nesterov in (False, True)]})


if __name__ == "__main__":
    sys.exit(main())
