"""Inputs and weights that both sides compute from their names, so that no file has to hold them.

The other side is `FormulaTensors.swift`.

Element i of the array called `name` comes from u = (k - 2^15) / 2^16, where k is the upper 16 bits of the i-th number,
from 0, of SplitMix64 seeded with the 64-bit FNV-1a hash of the name:

    an input                          u
    weight with a fan-in of F         s * u, where s <= 8 is the largest power of two with s * s * F <= 32
    scale of a batch norm             1.5 * (1 + u); a quarter of it for the last batch norm of a residual branch
    variance                          1 + u
    mean, bias                        u / 4
    bias right before a sigmoid       2 + u in the last dense layer of an MLP, 3 + u in the spatial gate's batch norm

All of these are exact in float32. Gates are nearly open and the constants are small, so that the input is not lost on
its way through many layers. Names are those of this package: `layer1.0.conv1.weight`.
"""

import numpy
import torch
from torch import nn


def uniform(name, count):
    """Multiples of 2^-16 in [-1/2, 1/2)."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2 ** 64
    result = numpy.empty(count)
    step = 1 << 20
    for first in range(0, count, step):
        index = numpy.arange(first + 1, min(first + step, count) + 1, dtype=numpy.uint64)
        z = numpy.uint64(seed) + index * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z ^= z >> numpy.uint64(31)
        result[first: first + step] = ((z >> numpy.uint64(48)).astype(numpy.float64) - 2 ** 15) / 2 ** 16
    return result


def fill(name, tensor, factor=1.0, offset=0.0):
    values = factor * (offset + uniform(name, tensor.numel()))
    tensor.copy_(torch.from_numpy(values).reshape(tensor.shape))


def power(fan_in):
    scale = 8.0
    while scale * scale * fan_in > 32:
        scale /= 2
    return scale


def fill_layer(name, layer, gain):
    if isinstance(layer, nn.BatchNorm2d):
        fill(f"{name}.weight", layer.weight, 1.5 * gain, 1)
        fill(f"{name}.mean", layer.running_mean, 0.25)
        fill(f"{name}.variance", layer.running_var, 1, 1)
    else:
        fill(f"{name}.weight", layer.weight, power(layer.weight[0].numel()))
    if layer.bias is not None:
        opening = 2 if name.endswith(".mlp.fc2") else 3 if name.endswith(".spatial.bn") else 0
        fill(f"{name}.bias", layer.bias, 1 if opening else 0.25, opening)
