"""Times backward passes and training steps of PyTorch, for comparison with `run --pass`.

    python training.py [--threads 1,2] [--compile]

Prints medians of milliseconds per call. A backward pass is `torch.autograd.grad` of a kept forward graph, a step is forward,
cross-entropy, backward and `torch.optim.SGD` with momentum and weight decay; both with channels_last where that is faster.
"""

import argparse
import statistics
import time

import torch
from torch import nn
from torch.nn import functional


class ChannelGate(nn.Module):
    def __init__(self, channels, pools):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(channels, channels // 16), nn.Linear(channels // 16, channels)
        self.pools = pools

    def forward(self, x):
        columns = [x.mean((2, 3))] + ([x.amax((2, 3))] if self.pools == 2 else [])
        logits = sum(self.fc2(functional.relu(self.fc1(column))) for column in columns)
        return x * torch.sigmoid(logits)[:, :, None, None]


class CBAM(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.channel = ChannelGate(channels, 2)
        self.conv, self.bn = nn.Conv2d(2, 1, 7, padding=3, bias=False), nn.BatchNorm2d(1)

    def forward(self, x):
        x = self.channel(x)
        maps = torch.cat([x.max(1, keepdim=True)[0], x.mean(1, keepdim=True)], 1)
        return x * torch.sigmoid(self.bn(self.conv(maps)))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)
        self.down = None
        if stride > 1:
            self.down = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        return functional.relu(y + (x if self.down is None else self.down(x)))


def resnet18():
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    for inputs, outputs, stride in [(64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)]:
        layers += [BasicBlock(inputs, outputs, stride), BasicBlock(outputs, outputs, 1)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000))


def backward(module, *shape):
    def make(layout):
        net = module().to(memory_format=layout)
        x = torch.randn(*shape).to(memory_format=layout).requires_grad_()
        wanted = [x] + list(net.parameters())
        y = net(x)
        dy = torch.randn_like(y)
        return lambda: torch.autograd.grad(y, wanted, dy, retain_graph=True)
    return make


def training(module, *shape):
    def make(layout):
        net = module().to(memory_format=layout)
        x = torch.randn(*shape).to(memory_format=layout).requires_grad_()
        dy = torch.randn_like(net(x))
        run = torch.compile(net) if OPTIONS.compile else net
        return lambda: torch.autograd.grad(run(x), [x] + list(net.parameters()), dy)
    return make


def step(module, *shape):
    def make(layout):
        net = module().to(memory_format=layout).train()
        x = torch.randn(*shape).to(memory_format=layout)
        labels = torch.randint(1000, shape[:1])
        optimizer = torch.optim.SGD(net.parameters(), 0.01, 0.9, weight_decay=1e-4)
        run = torch.compile(net) if OPTIONS.compile else net

        def call():
            optimizer.zero_grad()
            functional.cross_entropy(run(x), labels).backward()
            optimizer.step()
        return call
    return make


def conv(*arguments, **keys):
    return lambda: nn.Conv2d(*arguments, bias=False, **keys)


CASES = {
    "conv 3x3 64@56 backward": backward(conv(64, 64, 3, padding=1), 8, 64, 56, 56),
    "conv 3x3 256@14 backward": backward(conv(256, 256, 3, padding=1), 8, 256, 14, 14),
    "conv 1x1 256->64@56 backward": backward(conv(256, 64, 1), 8, 256, 56, 56),
    "conv depthwise 3x3 144@56 backward": backward(conv(144, 144, 3, padding=1, groups=144), 8, 144, 56, 56),
    "conv 3x3 g32 128@56 backward": backward(conv(128, 128, 3, padding=1, groups=32), 8, 128, 56, 56),
    "se 256@56 training": training(lambda: ChannelGate(256, 1), 1, 256, 56, 56),
    "cbam 256@56 training": training(lambda: CBAM(256), 1, 256, 56, 56),
    "resnet18 step, 8 images": step(resnet18, 8, 3, 224, 224),
}


def median(call):
    for _ in range(2):
        call()
    times, end = [], time.perf_counter() + 2
    while len(times) < 5 or time.perf_counter() < end:
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1e3


def main():
    for threads in OPTIONS.threads.split(","):
        torch.set_num_threads(int(threads))
        for name, make in CASES.items():
            if OPTIONS.compile and "backward" in name:
                continue
            torch.manual_seed(1)
            best = min(median(make(layout)) for layout in (torch.contiguous_format, torch.channels_last))
            print(f"{name}, {threads} threads: {best:.2f} ms", flush=True)


parser = argparse.ArgumentParser()
parser.add_argument("--threads", default="1,2")
parser.add_argument("--compile", action="store_true")
OPTIONS = parser.parse_args()
main()
