#!/usr/bin/env python3
"""Writes three files beside this script: what the published networks have in parameters and multiply-adds, and what
the counting tools of PyTorch print for them.

How to run it (on the CPU; versions that wrote the files are in them, others may count otherwise):

    python3 -m venv torch-environment
    torch-environment/bin/pip install torch torchvision fvcore ptflops thop
    torch-environment/bin/python make_network_goldens.py            # writes the files
    torch-environment/bin/python make_network_goldens.py --check    # compares with the files that are there

- `network-parameters.json`: torchvision's models as they are, batch 1. `parameters` are the learned ones, `buffers` the
  values of means and variances, `macs` the nominal multiply-adds (padding counts as taps, no biases) by layer type; EfficientNet's
  squeeze-and-excitation, written as 1x1 convolutions of 1x1 maps there, counts as dense layers. `mobilenet_v2_0.5` has
  `width_mult=0.5`. The CIFAR ResNets, which torchvision does not have, are those of He et al. 2016, section 4.2, option A.
- `network-conventions.json`: networks without attention, with SE and with CBAM (reduction 16, kernel 7), batch 1:
  the totals of fvcore (`FlopCountAnalysis`, the model in evaluation mode), ptflops (`get_model_complexity_info`: as it
  comes, which is the backend `pytorch`; `ptflops-modules` with `count_functional` off; the backend `aten`) and thop
  (`profile`), and what they say of single operators. `placement` tells where a network carries its attention:
    `block`: ResNet, behind the last batch norm of a branch, before the addition;
    `stage`: VGG, behind the last ReLU of a stage, before the pool;
    `separable`: MobileNet, behind every depthwise and every pointwise convolution, its batch norm and ReLU;
    `every`: MobileNet, behind the first convolution as well;
    `none`: GoogLeNet, MobileNetV2 and EfficientNet, nowhere.
- `cbam-paper-table4.json`: table 4 of CBAM (arXiv:1807.06521) as printed: parameters / 10^6 and GFLOPs.

Tools that hook modules do not see functions, so the writing decides what is counted. It is: torchvision's models
unchanged (modules throughout, `+=` in ResNet; GoogLeNet calls `F.relu`,
MobileNetV2 `F.adaptive_avg_pool2d`); CBAM as its authors published it: both pools
`F.avg_pool2d` and `F.max_pool2d` over the full extent, ONE `nn.Sequential` of modules run on both, `torch.sigmoid`
(their `F.sigmoid` is an older name for it), `*`, `torch.max`, `torch.mean`, `torch.cat`, a module for convolution and
batch norm; SE in modules: `nn.AdaptiveAvgPool2d(1)`, `nn.ReLU`, `nn.Sigmoid`, then `*`; MobileNet in modules.

`network_rules.py` recomputes every total of the three files without PyTorch, not the subtotals of single operators.
"""

import importlib.metadata
import json
import logging
import pathlib
import sys
import warnings
from collections import Counter

import fvcore.nn
import ptflops
import thop
import torch
import torchvision
from torch import nn
from torch.nn import functional

FOLDER = pathlib.Path(__file__).resolve().parent
REDUCTION, KERNEL = 16, 7


def perceptron(channels):
    """The modules of N x C x 1 x 1 -> N x C / r -> N x C."""
    hidden = channels // REDUCTION
    return [nn.Flatten(), nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels)]


class SqueezeExcitation(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), *perceptron(channels), nn.Sigmoid())

    def forward(self, x):
        return x * self.gate(x)[:, :, None, None]


class ChannelGate(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.mlp = nn.Sequential(*perceptron(channels))

    def forward(self, x):
        extent = (x.size(2), x.size(3))
        logits = self.mlp(functional.avg_pool2d(x, extent, stride=extent))
        logits = logits + self.mlp(functional.max_pool2d(x, extent, stride=extent))
        return x * torch.sigmoid(logits)[:, :, None, None].expand_as(x)


class SpatialGate(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 1, KERNEL, padding=KERNEL // 2, bias=False)
        self.bn = nn.BatchNorm2d(1, eps=1e-5)

    def forward(self, x):
        maximum, mean = torch.max(x, 1)[0].unsqueeze(1), torch.mean(x, 1).unsqueeze(1)
        return x * torch.sigmoid(self.bn(self.conv(torch.cat((maximum, mean), dim=1))))


def attention(kind, channels):
    """A list of modules, empty without attention."""
    if kind == "se":
        return [SqueezeExcitation(channels)]
    return [ChannelGate(channels), SpatialGate()] if kind == "cbam" else []


def resnet(name, kind):
    return attend(getattr(torchvision.models, name)(), kind)


def attend(net, kind):
    """The last batch norm is the last call of a branch before the addition: attention goes behind it."""
    for stage in (net.layer1, net.layer2, net.layer3, net.layer4):
        for block in stage:
            last = "bn3" if hasattr(block, "bn3") else "bn2"
            norm = getattr(block, last)
            if kind != "none":
                setattr(block, last, nn.Sequential(norm, *attention(kind, norm.num_features)))
    return net


def vgg(name, kind):
    net = getattr(torchvision.models, name)()
    layers, channels = [], 0
    for layer in net.features:
        if isinstance(layer, nn.MaxPool2d):
            layers += attention(kind, channels)
        layers.append(layer)
        channels = getattr(layer, "out_channels", channels)
    net.features = nn.Sequential(*layers)
    return net


def googlenet():
    return torchvision.models.googlenet(aux_logits=False, transform_input=False, init_weights=False)


class PaddedShortcut(nn.Module):
    """Every second pixel, and channels of zeros before and behind: option A of He et al. 2016."""

    def __init__(self, channels, out):
        super().__init__()
        self.before, self.behind = (out - channels) // 2, out - channels - (out - channels) // 2

    def forward(self, x):
        return functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.before, self.behind))


class CIFARBlock(nn.Module):
    def __init__(self, channels, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.shortcut = PaddedShortcut(channels, out) if channels != out else nn.Identity()
        self.downsample = None

    def forward(self, x):
        branch = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(branch + self.shortcut(x))


class CIFARResNet(nn.Module):
    """He et al. 2016, section 4.2: 6n + 2 layers."""

    def __init__(self, depth, num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        channels, stages = 16, []
        for stage in range(3):
            blocks = []
            for index in range((depth - 2) // 6):
                blocks.append(CIFARBlock(channels, 16 << stage, 2 if stage > 0 and index == 0 else 1))
                channels = 16 << stage
            stages.append(nn.Sequential(*blocks))
        self.layer1, self.layer2, self.layer3 = stages
        self.fc = nn.Linear(64, num_classes)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(torch.relu(self.bn1(self.conv1(x))))))
        return self.fc(x.mean((2, 3)))


def conv_norm(channels, out, kernel, stride=1, groups=1):
    conv = nn.Conv2d(channels, out, kernel, stride, kernel // 2, groups=groups, bias=False)
    return [conv, nn.BatchNorm2d(out), nn.ReLU(inplace=True)]


def mobilenet(placement, kind):
    every = placement == "every"
    layers = conv_norm(3, 32, 3, 2) + (attention(kind, 32) if every else [])
    channels = 32
    widths = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]
    for out, stride in widths:
        layers += conv_norm(channels, channels, 3, stride, channels) + attention(kind, channels)
        layers += conv_norm(channels, out, 1) + attention(kind, out)
        channels = out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000))


def fvcore_counts(net, size):
    analysis = fvcore.nn.FlopCountAnalysis(net.eval(), torch.zeros(1, 3, *size))
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False).tracer_warnings("none")
    operators = {name: whole(count) for name, count in sorted(analysis.by_operator().items())}
    return {"fvcore": whole(analysis.total()), "fvcore-by-operator": operators}


def ptflops_count(net, size, **keys):
    macs, _ = ptflops.get_model_complexity_info(
        net, (3, *size), as_strings=False, print_per_layer_stat=False, **keys)
    return whole(macs)


def thop_counts(net, size):
    kinds = {name: type(module).__name__ for name, module in net.named_modules()}
    macs, parameters, layers = thop.profile(net, (torch.zeros(1, 3, *size),), verbose=False, ret_layer_info=True)
    by_kind = Counter()

    def walk(layers, prefix):
        for name, (count, _, inner) in layers.items():
            if inner:
                walk(inner, f"{prefix}{name}.")
            else:
                by_kind[kinds[prefix + name]] += whole(count)

    walk(layers, "")
    by_kind = {kind: count for kind, count in sorted(by_kind.items()) if count}
    return {"thop": whole(macs), "thop-parameters": whole(parameters), "thop-by-module": by_kind}


def whole(count):
    assert count == int(count), f"{count} is not a whole number"
    return int(count)


def network(name, kind, placement):
    if name == "mobilenet_v1":
        return mobilenet(placement, kind)
    if name == "googlenet":
        return googlenet()
    if placement == "none":
        return getattr(torchvision.models, name)()
    return (vgg if name.startswith("vgg") else resnet)(name, kind)


KINDS = ("none", "se", "cbam")
COUNTED = [
    *[("resnet50", kind, "block", (224, 224)) for kind in KINDS],
    *[("vgg16", kind, "stage", (224, 224)) for kind in KINDS],
    *[("mobilenet_v1", kind, "separable", (224, 224)) for kind in KINDS],
    *[("mobilenet_v1", kind, "every", (224, 224)) for kind in KINDS],
    ("resnet18", "cbam", "block", (224, 224)),
    ("resnext50_32x4d", "se", "block", (192, 256)),
    ("wide_resnet50_2", "none", "block", (224, 224)),
    ("vgg16_bn", "cbam", "stage", (192, 256)),
    ("mobilenet_v2", "none", "none", (224, 224)),
    ("efficientnet_b0", "none", "none", (224, 224)),
    ("efficientnet_b0", "none", "none", (192, 256)),
    ("googlenet", "none", "none", (224, 224)),
    ("googlenet", "none", "none", (299, 299)),
]


def counted(name, kind, placement, size):
    """Every tool gets a model of its own: they leave things behind in it."""
    def net():
        return network(name, kind, placement)

    modules_once = {"backend_specific_config": {"count_functional": False}}
    return {
        "network": name, "attention": kind, "placement": placement, "input": [1, 3, *size],
        "parameters": sum(p.numel() for p in net().parameters()),
        **fvcore_counts(net(), size),
        "ptflops": ptflops_count(net(), size),
        "ptflops-modules": ptflops_count(net(), size, **modules_once),
        "ptflops-aten": ptflops_count(net(), size, backend="aten"),
        **thop_counts(net(), size),
    }


def conventions():
    rows = [counted(*row) for row in COUNTED]
    return {"versions": versions("torch", "torchvision", "fvcore", "ptflops", "thop"), "networks": rows}


def versions(*names):
    """Without what tells one build of the same version from another."""
    return {name: importlib.metadata.version(name).partition("+")[0] for name in names}


PUBLISHED = [
    *[f"vgg{depth}{norm}" for depth in (11, 13, 16, 19) for norm in ("", "_bn")],
    "resnet18", "resnet34", "resnet50", "resnet101", "resnet152",
    "resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2", "googlenet",
    "mobilenet_v2", *[f"efficientnet_b{variant}" for variant in range(5)],
]
# Besides 1000 classes at 224 x 224.
OTHERS = [
    (name, classes, size)
    for name in ("resnet18", "resnext50_32x4d", "vgg11_bn", "googlenet")
    for classes, size in ((10, (224, 224)), (1000, (192, 256)), (1000, (299, 299)), (10, (64, 64)))
] + [
    (name, classes, size)
    for name in ("mobilenet_v2", "efficientnet_b0")
    for classes, size in ((10, (224, 224)), (1000, (192, 256)), (10, (65, 43)))
] + [
    (f"mobilenet_v2_{factor}", 1000, (224, 224)) for factor in ("0.1", "0.35", "0.5", "0.75", "1.3", "1.4", "2.0")
] + [
    *[(f"cifar_resnet{depth}", 10, (32, 32)) for depth in (20, 32, 44, 56, 110)],
    ("cifar_resnet26", 100, (37, 30)),
]


def published_model(name, classes):
    if name.startswith("cifar_resnet"):
        return CIFARResNet(int(name.removeprefix("cifar_resnet")), num_classes=classes)
    keys = {"aux_logits": False, "transform_input": False, "init_weights": False} if name == "googlenet" else {}
    if name.startswith("mobilenet_v2_"):
        name, keys = "mobilenet_v2", {"width_mult": float(name.removeprefix("mobilenet_v2_"))}
    return getattr(torchvision.models, name)(num_classes=classes, **keys)


def published(name, classes, size):
    """On the device `meta`: shapes without numbers."""
    with torch.device("meta"):
        net = published_model(name, classes).eval()
        macs = Counter()

        def conv(module, source, out):
            macs["conv"] += out.numel() * module.weight[0].numel()

        def dense(module, source, out):
            macs["dense"] += out.numel() * module.weight[0].numel()

        squeezes = [m for m in net.modules() if isinstance(m, torchvision.ops.SqueezeExcitation)]
        inside = {m for squeeze in squeezes for m in squeeze.modules()}
        for module in net.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                is_conv = isinstance(module, nn.Conv2d) and module not in inside
                module.register_forward_hook(conv if is_conv else dense)
        net(torch.zeros(1, 3, *size))
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
    return {
        "network": name, "classes": classes, "input": [1, 3, *size],
        "parameters": sum(p.numel() for p in net.parameters()),
        "buffers": sum(norm.running_mean.numel() + norm.running_var.numel() for norm in norms),
        "macs": dict(macs),
    }


def parameters():
    rows = [published(name, 1000, (224, 224)) for name in PUBLISHED]
    return {"versions": versions("torch", "torchvision"), "networks": rows + [published(*other) for other in OTHERS]}


# Parameters / 10^6 and GFLOPs: without attention, with SE, with CBAM.
TABLE4 = {
    "resnet18": ("11.69", "1.814", "11.78", "1.814", "11.78", "1.815"),
    "resnet34": ("21.80", "3.664", "21.96", "3.664", "21.96", "3.665"),
    "resnet50": ("25.56", "3.858", "28.09", "3.860", "28.09", "3.864"),
    "resnet101": ("44.55", "7.570", "49.33", "7.575", "49.33", "7.581"),
    "wide_resnet18_1.5": ("25.88", "3.866", "26.07", "3.867", "26.08", "3.868"),
    "wide_resnet18_2.0": ("45.62", "6.696", "45.97", "6.696", "45.97", "6.697"),
    "resnext50_32x4d": ("25.03", "3.768", "27.56", "3.771", "27.56", "3.774"),
    "resnext101_32x4d": ("44.18", "7.508", "48.96", "7.512", "48.96", "7.519"),
    "mobilenet_v1": ("4.23", "0.569", "5.07", "0.570", "5.07", "0.576"),
}


def table4():
    rows = []
    for name, texts in TABLE4.items():
        for index, kind in enumerate(("none", "se", "cbam")):
            millions, gflops = texts[2 * index: 2 * index + 2]
            rows.append({"network": name, "attention": kind, "parameters": millions, "gflops": gflops})
    return {"source": "CBAM, arXiv:1807.06521, table 4 (MobileNet: the comparison on ImageNet)", "rows": rows}


def text(content):
    """One row a line."""
    lines = []
    for key, value in content.items():
        inside = ",\n".join("  " + json.dumps(row) for row in value) if isinstance(value, list) else None
        lines.append(f" {json.dumps(key)}: " + (f"[\n{inside}\n ]" if inside else json.dumps(value)))
    return "{\n" + ",\n".join(lines) + "\n}\n"


FILES = {
    "network-parameters": parameters,
    "network-conventions": conventions,
    "cbam-paper-table4": table4,
}


def differences(found, made):
    """Other versions are named, and so are the rows that differ."""
    for key, value in made.items():
        if not isinstance(value, list):
            if found.get(key) != value:
                yield f"{key}: {found.get(key)}, now {value}"
        elif len(found.get(key, [])) != len(value):
            yield f"{len(found.get(key, []))} {key}, now {len(value)}"
        else:
            yield from (f"{old}, now {new}" for old, new in zip(found[key], value) if old != new)


def write_or_check(files):
    """The exit status."""
    check = "--check" in sys.argv[1:]
    wrong = 0
    for name, make in files.items():
        path = FOLDER / f"{name}.json"
        content = make()
        if check:
            for difference in differences(json.loads(path.read_text()), content):
                print(f"{path.name}: {difference}")
                wrong += 1
        else:
            path.write_text(text(content))
            print(f"{path.name}: {path.stat().st_size} bytes")
    if check:
        print("differs" if wrong else "as the files say")
    return 1 if wrong else 0


def main():
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    return write_or_check(FILES)


if __name__ == "__main__":
    sys.exit(main())
