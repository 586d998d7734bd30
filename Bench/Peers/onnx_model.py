"""A task as a model of ONNX, opset 17."""

import onnx
from onnx import TensorProto, helper, numpy_helper

from task import Refusal

ACTIVATIONS = {"relu": "Relu", "sigmoid": "Sigmoid", "hard-swish": "HardSwish"}


class Builder:
    def __init__(self, task):
        self.task = task
        self.nodes = []
        self.constants = []
        self.values = []
        for index, array in enumerate(task.weights):
            self.constants.append(numpy_helper.from_array(array, f"weight{index}"))
        for node in task.nodes:
            given = [self.value(source) for source in node.sources]
            self.values.append(self.activated(node, self.layer(node, given)))

    def value(self, source):
        kind, index = source
        return f"input{index}" if kind == "input" else f"weight{index}" if kind == "weight" else self.values[index]

    def shape(self, source):
        kind, index = source
        return self.task.inputs[index].shape if kind == "input" else self.task.nodes[index].shape

    def add(self, op, inputs, **attributes):
        name = f"value{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], name=f"node{len(self.nodes)}", **attributes))
        return name

    def integers(self, *numbers):
        name = f"numbers{len(self.constants)}"
        self.constants.append(helper.make_tensor(name, TensorProto.INT64, [len(numbers)], numbers))
        return name

    def activated(self, node, value):
        return self.activation(node.keys["act"], value) if "act" in node.keys else value

    def activation(self, word, value):
        if word in ACTIVATIONS:
            return self.add(ACTIVATIONS[word], [value])
        if word == "hard-sigmoid":
            return self.add("HardSigmoid", [value], alpha=1 / 6, beta=0.5)
        if word == "silu":
            return self.add("Mul", [value, self.add("Sigmoid", [value])])
        if word == "relu6":
            for limit in (0.0, 6.0):
                self.constants.append(helper.make_tensor(f"limit{limit}-{len(self.nodes)}", TensorProto.FLOAT, [], [limit]))
            return self.add("Clip", [value] + [constant.name for constant in self.constants[-2:]])
        raise Refusal(f"there is no {word} here")

    def layer(self, node, given):
        weights = [f"weight{index}" for index in node.weights]
        match node.op:
            case "conv":
                return self.add(
                    "Conv", given + weights, kernel_shape=node.numbers("k"), strides=node.numbers("s"),
                    pads=node.numbers("p"), dilations=node.numbers("d"), group=int(node.keys["g"]))
            case "dense":
                flat = self.add("Flatten", given)
                value = self.add("Gemm", [flat] + weights, transB=1)
                return value if len(node.shape) == 2 else self.add("Reshape", [value, self.integers(*node.shape)])
            case "batchnorm":
                return self.add("BatchNormalization", given + weights, epsilon=float(node.keys["eps"]))
            case "pool":
                keys = dict(
                    kernel_shape=node.numbers("k"), strides=node.numbers("s"), pads=node.numbers("p"),
                    ceil_mode=int(node.flag("ceil")))
                if node.keys["type"] == "max":
                    return self.add("MaxPool", given, **keys)
                return self.add("AveragePool", given, count_include_pad=int(node.flag("countpad")), **keys)
            case "globalpool":
                return self.add("GlobalAveragePool" if node.keys["type"] == "avg" else "GlobalMaxPool", given)
            case "adaptivepool":
                # ONNX has none: where the windows are alike, it is a pool.
                extents = [self.shape(node.sources[0])[2:], node.shape[2:]]
                if any(extent % wanted for extent, wanted in zip(*extents)):
                    raise Refusal("an adaptive pool whose windows differ")
                sizes = [extent // wanted for extent, wanted in zip(*extents)]
                return self.add("AveragePool", given, kernel_shape=sizes, strides=sizes)
            case "channelpool":
                parts = [self.add(op, given, axes=[1]) for op in ("ReduceMax", "ReduceMean")]
                return self.add("Concat", parts, axis=1)
            case "add":
                return self.add("Add", given)
            case "concat":
                return self.add("Concat", given, axis=1)
            case "scale":
                image, gate = given
                if node.keys["gate"] == "channel":
                    gate = self.add("Reshape", [gate, self.integers(node.shape[0], node.shape[1], 1, 1)])
                return self.add("Mul", [image, gate])
            case _:
                return self.activation(node.op, given[0])

    def model(self):
        result = self.add("Identity", [self.value(self.task.results[0])])
        graph = helper.make_graph(
            self.nodes, "task",
            [helper.make_tensor_value_info("input0", TensorProto.FLOAT, self.task.inputs[0].shape)],
            [helper.make_tensor_value_info(result, TensorProto.FLOAT, self.task.outputs[0][1])],
            self.constants)
        # 8 is the first version that opset 17 is written for.
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def build(task):
    """The model's bytes."""
    return Builder(task).model().SerializeToString()
