#!/usr/bin/env python3
"""Writes `network-outputs.json` beside this script: what PyTorch computes in float64 for whole networks.

How to run it (on the CPU, in the environment of make_network_goldens.py, whose attention modules it uses):

    torch-environment/bin/python make_network_outputs.py            # writes the file
    torch-environment/bin/python make_network_outputs.py --check    # compares with the file that is there

A row is a workload text as this package reads it, and its output as the shortest decimals that read back as the
float64 that PyTorch computed. Inputs and weights are not stored: `formula.py` in the folder above computes them. The
input is called `input`. An output tells of the wiring of the first layers only if it depends on the image. Hence the
two images of a row must differ by a twentieth of the largest output, or the script stops; and none of the outputs may
exceed 1000.

The networks are torchvision's, and so is batch norm's epsilon: 1e-3 in GoogLeNet, 1e-5 in the others and in attention.
Wide ResNet 18 multiplies the channels of the stages, `style=caffe` moves the stride of a bottleneck to its first 1x1,
and attention in GoogLeNet sits behind every inception module, in MobileNetV2 behind every depthwise convolution, in
EfficientNet behind the projections. The CIFAR ResNet and MobileNet, which torchvision does not have, are those of
make_network_goldens.py, MobileNet with placement `separable`.
"""

import logging
import pathlib
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import torch
import torchvision
from torch import nn

import formula
import make_network_goldens as goldens

CLASSES = 10


# Layers by their names here. A residual branch ends in a layer with a gain of its own.


def attention_layers(name, modules):
    for module in modules:
        if isinstance(module, goldens.SqueezeExcitation):
            yield from perceptron_layers(f"{name}.mlp", module.gate)
        elif isinstance(module, goldens.ChannelGate):
            yield from perceptron_layers(f"{name}.channel.mlp", module.mlp)
        else:
            yield f"{name}.spatial.conv", module.conv, 1
            yield f"{name}.spatial.bn", module.bn, 1


def perceptron_layers(name, modules):
    for index, layer in enumerate((module for module in modules if isinstance(module, nn.Linear)), start=1):
        yield f"{name}.fc{index}", layer, 1


def resnet_layers(net):
    yield from (("stem.conv", net.conv1, 1), ("stem.bn", net.bn1, 1), ("head.fc", net.fc, 1))
    for stage in range(1, 5):
        for index, block in enumerate(getattr(net, f"layer{stage}")):
            yield from block_layers(f"layer{stage}.{index}", block)


def block_layers(name, block):
    convolutions = 3 if hasattr(block, "conv3") else 2
    for index in range(1, convolutions + 1):
        yield f"{name}.conv{index}", getattr(block, f"conv{index}"), 1
        norm, attention = getattr(block, f"bn{index}"), []
        if isinstance(norm, nn.Sequential):
            norm, *attention = norm
        yield f"{name}.bn{index}", norm, 0.25 if index == convolutions else 1
        yield from attention_layers(f"{name}.attention", attention)
    if block.downsample is not None:
        conv, norm = block.downsample
        yield from ((f"{name}.downsample", conv, 1), (f"{name}.downsample-bn", norm, 1))


def vgg_layers(net):
    stage, layer = 1, 0
    for module in net.features:
        if isinstance(module, nn.MaxPool2d):
            stage, layer = stage + 1, 0
        elif isinstance(module, nn.Conv2d):
            layer += 1
            yield f"stage{stage}.conv{layer}", module, 1
        elif isinstance(module, nn.BatchNorm2d):
            yield f"stage{stage}.bn{layer}", module, 1
        elif not isinstance(module, nn.ReLU):
            yield from attention_layers(f"stage{stage}.attention", [module])
    yield from perceptron_layers("head", net.classifier)


def googlenet_layers(net):
    for index in (1, 2, 3):
        yield from rectified_layers(f"stem.conv{index}", getattr(net, f"conv{index}"))
    for stage in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"):
        module, *attention = getattr(net, f"inception{stage}")
        name = f"inception{stage}.module"
        yield from rectified_layers(f"{name}.branch1", module.branch1)
        for branch in (2, 3):
            reduction, conv = getattr(module, f"branch{branch}")
            yield from rectified_layers(f"{name}.branch{branch}.1x1", reduction)
            yield from rectified_layers(f"{name}.branch{branch}.3x3", conv)
        yield from rectified_layers(f"{name}.branch4.1x1", module.branch4[1])
        yield from attention_layers(f"{name}.attention", attention)
    yield "head.fc", net.fc, 1


def rectified_layers(name, module):
    yield from ((f"{name}.conv", module.conv, 1), (f"{name}.bn", module.bn, 1))


def mobilenet_layers(net):
    count, name, attention = 0, "", 0
    for module in net:
        if isinstance(module, nn.Conv2d):
            # The stem, then depthwise and pointwise in turn.
            count, attention = count + 1, 2 - count % 2
            name = f"pair{count // 2}.{'depthwise' if attention == 1 else 'pointwise'}" if count > 1 else "stem"
            yield f"{name}.conv", module, 1
        elif isinstance(module, nn.BatchNorm2d):
            yield f"{name}.bn", module, 1
        elif isinstance(module, nn.Linear):
            yield "head.fc", module, 1
        elif isinstance(module, (goldens.SqueezeExcitation, goldens.ChannelGate, goldens.SpatialGate)):
            yield from attention_layers(f"{name.partition('.')[0]}.attention{attention}", [module])


STAGES_V2 = (1, 2, 3, 4, 3, 3, 1)


def mobilenetv2_layers(net):
    stem, *blocks, last = net.features
    yield from normalised_layers("stem", stem)
    names = [f"stage{stage}.{index}" for stage, count in enumerate(STAGES_V2, start=1) for index in range(count)]
    for name, block in zip(names, blocks, strict=True):
        yield from inverted_layers(name, block.conv)
    yield from (*normalised_layers("last", last), ("head.fc", net.classifier[1], 1))


def efficientnet_layers(net):
    stem, *stages, last = net.features
    yield from normalised_layers("stem", stem)
    for stage, blocks in enumerate(stages, start=1):
        for index, block in enumerate(blocks):
            yield from inverted_layers(f"stage{stage}.{index}", block.block)
    yield from (*normalised_layers("last", last), ("head.fc", net.classifier[1], 1))


def inverted_layers(name, modules):
    """Pairs of convolution and batch norm in order: the expansion may be missing."""
    pairs, flat = [], []
    for module in modules:
        flat += module if isinstance(module, torchvision.ops.Conv2dNormActivation) else [module]
    for module in flat:
        if isinstance(module, nn.Conv2d):
            pairs.append([module])
        elif isinstance(module, nn.BatchNorm2d):
            pairs[-1].append(module)
        elif isinstance(module, torchvision.ops.SqueezeExcitation):
            yield from ((f"{name}.squeeze.mlp.fc{i}", getattr(module, f"fc{i}"), 1) for i in (1, 2))
        else:
            yield from attention_layers(f"{name}.attention", [module] if is_attention(module) else [])
    for part, (conv, norm) in zip(("expand", "depthwise", "project")[-len(pairs):], pairs, strict=True):
        yield f"{name}.{part}.conv", conv, 1
        # The first block of a stage changes the shape and has no shortcut.
        yield f"{name}.{part}.bn", norm, 0.25 if part == "project" and not name.endswith(".0") else 1


def is_attention(module):
    return isinstance(module, (goldens.SqueezeExcitation, goldens.ChannelGate, goldens.SpatialGate))


def normalised_layers(name, module):
    yield from ((f"{name}.conv", module[0], 1), (f"{name}.bn", module[1], 1))


def cifar_layers(net):
    yield from (("stem.conv", net.conv1, 1), ("stem.bn", net.bn1, 1), ("head.fc", net.fc, 1))
    for stage in range(1, 4):
        for index, block in enumerate(getattr(net, f"layer{stage}")):
            yield from block_layers(f"layer{stage}.{index}", block)


class WideResNet(torchvision.models.ResNet):
    """The stages of ResNet 18 half as wide again."""

    def _make_layer(self, block, planes, *rest, **keys):
        return super()._make_layer(block, planes * 3 // 2, *rest, **keys)


def wide_resnet():
    net = WideResNet(torchvision.models.resnet.BasicBlock, [2, 2, 2, 2])
    net.fc = nn.Linear(768, CLASSES)
    return net


def resnet(name, kind, caffe=False):
    net = goldens.resnet(name, kind)
    net.fc = nn.Linear(net.fc.in_features, CLASSES)
    for module in net.modules():
        if caffe and isinstance(module, torchvision.models.resnet.Bottleneck):
            module.conv1.stride, module.conv2.stride = module.conv2.stride, module.conv1.stride
    return net


def vgg(name, kind):
    net = goldens.vgg(name, kind)
    net.classifier[6] = nn.Linear(4096, CLASSES)
    return net


def googlenet(kind):
    net = goldens.googlenet()
    for name, module in list(net.named_children()):
        if name.startswith("inception"):
            channels = sum(branch[-1].conv.out_channels for branch in (module.branch2, module.branch3, module.branch4))
            channels += module.branch1.conv.out_channels
            setattr(net, name, nn.Sequential(module, *goldens.attention(kind, channels)))
    net.fc = nn.Linear(net.fc.in_features, CLASSES)
    return net


def mobilenet(kind):
    net = goldens.mobilenet("separable", kind)
    net[-1] = nn.Linear(net[-1].in_features, CLASSES)
    return net


def mobilenetv2(kind):
    net = torchvision.models.mobilenet_v2(num_classes=CLASSES)
    for block in list(net.features)[1:-1]:
        wide = block.conv[-2].in_channels
        block.conv = nn.Sequential(*block.conv[:-2], *goldens.attention(kind, wide), *block.conv[-2:])
    return net


def efficientnet(kind):
    net = torchvision.models.efficientnet_b0(num_classes=CLASSES)
    for stage in list(net.features)[1:-1]:
        for block in stage:
            block.block = nn.Sequential(*block.block, *goldens.attention(kind, block.out_channels))
    return net


def cifar_resnet(depth, kind):
    net = goldens.CIFARResNet(depth, num_classes=CLASSES)
    for stage in (net.layer1, net.layer2, net.layer3):
        for block in stage:
            if kind != "none":
                block.bn2 = nn.Sequential(block.bn2, *goldens.attention(kind, block.bn2.num_features))
    return net


# Two images; odd extents are halved on the way. VGG's adaptive pool gets 1x2 for its 7x7.
SMALL, WIDE = (2, 3, 32, 40), (2, 3, 32, 64)
# What a stride of two leaves rests of.
CIFAR = (2, 3, 17, 30)
NETWORKS = {
    "vgg11-bn+cbam": (lambda: vgg("vgg11_bn", "cbam"), vgg_layers, WIDE),
    "resnet18+cbam": (lambda: resnet("resnet18", "cbam"), resnet_layers, SMALL),
    "resnet50": (lambda: resnet("resnet50", "none"), resnet_layers, SMALL),
    "resnet50+se:style=caffe": (lambda: resnet("resnet50", "se", caffe=True), resnet_layers, SMALL),
    "wide-resnet18-1.5": (wide_resnet, resnet_layers, SMALL),
    "resnext50-32x4d": (lambda: resnet("resnext50_32x4d", "none"), resnet_layers, SMALL),
    "googlenet+se": (lambda: googlenet("se"), googlenet_layers, SMALL),
    "mobilenet-1.0+cbam": (lambda: mobilenet("cbam"), mobilenet_layers, SMALL),
    "mobilenetv2-1.0": (lambda: mobilenetv2("none"), mobilenetv2_layers, WIDE),
    "mobilenetv2-1.0+cbam": (lambda: mobilenetv2("cbam"), mobilenetv2_layers, SMALL),
    "efficientnet-b0": (lambda: efficientnet("none"), efficientnet_layers, WIDE),
    "efficientnet-b0+se": (lambda: efficientnet("se"), efficientnet_layers, SMALL),
    "cifar-resnet20": (lambda: cifar_resnet(20, "none"), cifar_layers, CIFAR),
    "cifar-resnet32+se": (lambda: cifar_resnet(32, "se"), cifar_layers, CIFAR),
}


def filled(make, layers):
    """The network in float64 with every value from the formula."""
    with torch.device("meta"):
        net = make()
    net = net.double().to_empty(device="cpu").eval()
    missing = {name for name, _ in net.named_parameters()}
    missing |= {name for name, _ in net.named_buffers() if not name.endswith("num_batches_tracked")}
    names = {module: name for name, module in net.named_modules()}
    for name, layer, gain in layers(net):
        formula.fill_layer(name, layer, gain)
        missing -= {f"{names[layer]}.{key}" for key in layer.state_dict()}
    assert not missing, f"nothing fills {sorted(missing)}"
    return net


@torch.no_grad()
def row(name):
    make, layers, shape = NETWORKS[name]
    source = torch.empty(shape, dtype=torch.float64)
    formula.fill("input", source)
    net = filled(make, layers)
    epsilons = {module.eps for module in net.modules() if isinstance(module, nn.BatchNorm2d)}
    assert epsilons == {1e-3 if name.startswith("googlenet") else 1e-5}, f"{name}: epsilon {epsilons}"
    output = net(source)
    largest, difference = output.abs().max(), (output[0] - output[1]).abs().max()
    assert difference > largest / 20, f"{name}: two images differ by {difference} of {largest}"
    assert largest < 1000, f"{name}: {largest}"
    workload = f"{name}{classes(name)}@{'x'.join(map(str, shape))}"
    return {"workload": workload, "output": output.flatten().tolist()}


def classes(name):
    """Of a CIFAR network they are the default."""
    return "" if name.startswith("cifar") else f"{',' if ':' in name else ':'}classes={CLASSES}"


def outputs():
    return {"versions": goldens.versions("torch", "torchvision"), "networks": [row(name) for name in NETWORKS]}


def main():
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    return goldens.write_or_check({"network-outputs": outputs})


if __name__ == "__main__":
    sys.exit(main())
