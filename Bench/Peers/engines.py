"""How each engine is driven: a class with its name, the package whose version it has, and tasks that it opens.

A library is imported with the first task, as the name is asked for more often. A session has `run`, one call on an input that is in place, `result`, the output as an array, and `prepare`, which is called
before a turn. All engines are told to compute in single precision and to use the threads of the task.
"""

import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np

from task import Refusal


class Latest:
    """What was made of a task last: tasks of several thread counts follow each other."""

    def __init__(self, make):
        self.make = make
        self.folder = None

    def __call__(self, task):
        if self.folder != task.folder:
            self.value = self.make(task)
            self.folder = task.folder
        return self.value


class Engine:
    name = package = ""

    @property
    def version(self):
        return version(self.package)

    def load(self):
        """Imports the library."""


class Session:
    growth = 1.0

    def prepare(self):
        pass


class Torch(Engine):
    """PyTorch, called as a model is called after training."""

    name = package = "torch"
    mode = "eager"

    def load(self):
        import torch

        torch.set_num_interop_threads(1)
        torch.set_grad_enabled(False)
        torch.set_float32_matmul_precision("highest")
        self.torch = torch

    def open(self, task):
        return TorchSession(self, task)


class TorchChannelsLast(Torch):
    name = "torch-channels-last"
    mode = "channels-last"


class TorchCompiled(Torch):
    name = "torch-compiled"
    mode = "compiled"


class TorchSession(Session):
    def __init__(self, engine, task):
        from torch_model import Model

        torch = self.torch = engine.torch
        self.threads = task.threads
        self.prepare()
        self.model = Model(task)
        self.input = torch.from_numpy(task.inputs[0])
        if engine.mode == "channels-last":
            self.model = self.model.to(memory_format=torch.channels_last)
            self.input = self.input.contiguous(memory_format=torch.channels_last)
        if engine.mode == "compiled":
            import torch._inductor.config as config

            torch._dynamo.reset()
            config.freezing = True
            self.model = torch.compile(self.model)
        self.run()

    def prepare(self):
        if self.torch.get_num_threads() != self.threads:
            self.torch.set_num_threads(self.threads)

    def run(self):
        self.output = self.model(self.input)

    def result(self):
        return self.output.contiguous().numpy()


class ONNXRuntime(Engine):
    name = package = "onnxruntime"

    def load(self):
        import onnxruntime

        self.runtime = onnxruntime

    def open(self, task):
        return ONNXSession(self.runtime, task)


class ONNXSession(Session):
    def __init__(self, runtime, task):
        from onnx_model import build

        options = runtime.SessionOptions()
        options.intra_op_num_threads = task.threads
        options.inter_op_num_threads = 1
        # Threads spin within a call only: another engine is measured after it.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        session = runtime.InferenceSession(build(task), options, providers=["CPUExecutionProvider"])
        self.binding = session.io_binding()
        self.input = runtime.OrtValue.ortvalue_from_numpy(task.inputs[0])
        self.output = runtime.OrtValue.ortvalue_from_numpy(np.zeros(task.outputs[0][1], np.float32))
        self.binding.bind_ortvalue_input("input0", self.input)
        self.binding.bind_ortvalue_output(session.get_outputs()[0].name, self.output)
        self.session = session

    def run(self):
        self.session.run_with_iobinding(self.binding)

    def result(self):
        return self.output.numpy()


class OpenVINO(Engine):
    name = package = "openvino"

    def load(self):
        import openvino

        self.openvino = openvino
        self.core = openvino.Core()

    def open(self, task):
        return OpenVINOSession(self, task)


class OpenVINOSession(Session):
    def __init__(self, engine, task):
        from onnx_model import build

        keys = {
            "INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": task.threads, "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False,
        }
        model = engine.core.read_model(build(task), b"")
        compiled = engine.core.compile_model(model, "CPU", keys)
        self.array = task.inputs[0]
        self.request = compiled.create_infer_request()
        self.request.set_input_tensor(engine.openvino.Tensor(self.array))

    def run(self):
        # In the calling thread: a hand-over to another one would cost more than many of these calls.
        self.request.infer()

    def result(self):
        return self.request.get_output_tensor(0).data.copy()


class NCNN(Engine):
    name = package = "ncnn"

    def load(self):
        import ncnn

        self.ncnn = ncnn
        self.files = Latest(convert)

    def open(self, task):
        if task.inputs[0].shape[0] != 1:
            raise Refusal("ncnn has no batches: one image is expected")
        return NCNNSession(self.ncnn, task, Path(self.files(task).name))


class NCNNSession(Session):
    def __init__(self, ncnn, task, folder):
        self.shape = task.outputs[0][1]
        self.net = self.load(ncnn, task, folder)
        self.input = ncnn.Mat(task.inputs[0][0]).clone()

    def load(self, ncnn, task, folder):
        net = ncnn.Net()
        net.opt.num_threads = task.threads
        for name in dir(net.opt):
            if name.startswith(("use_fp16", "use_bf16", "use_int8")):
                setattr(net.opt, name, False)
        if net.load_param(str(folder / "model.ncnn.param")) or net.load_model(str(folder / "model.ncnn.bin")):
            raise Refusal("ncnn cannot load what its converter made")
        return net

    def run(self):
        extractor = self.net.create_extractor()
        extractor.input("in0", self.input)
        status, self.output = extractor.extract("out0")
        if status:
            raise Refusal(f"ncnn failed with status {status}")

    def result(self):
        return np.array(self.output, dtype=np.float32).reshape(self.shape)


def convert(task):
    """A folder with a task for ncnn, by way of TorchScript and ncnn's converter."""
    import pnnx
    import torch

    from torch_model import Model

    place = tempfile.TemporaryDirectory()
    folder = Path(place.name)
    with torch.no_grad():
        torch.jit.trace(Model(task), torch.from_numpy(task.inputs[0])).save(str(folder / "model.pt"))
    extents = ",".join(str(extent) for extent in task.inputs[0].shape)
    program = getattr(pnnx, "EXEC_PATH", None) or str(Path(sys.executable).parent / "pnnx")
    words = [program, "model.pt", f"inputshape=[{extents}]", "fp16=0"]
    said = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    parameters = folder / "model.ncnn.param"
    if not parameters.exists():
        lines = (said.stdout + said.stderr).strip().splitlines() or ["nothing"]
        raise Refusal(f"pnnx cannot convert the task: {lines[-1][:200]}")
    if {node.op for node in task.nodes} == {"channelpool"}:
        # pnnx leaves the axis of the batch in where a graph has nothing but reductions.
        text = parameters.read_text()
        parameters.write_text(text.replace("-23303=1,1", "-23303=1,0").replace("out0 0=1", "out0 0=0"))
    return place


class LiteRT(Engine):
    name = "litert"
    package = "ai-edge-litert"

    def load(self):
        self.contents = Latest(flat_buffer)

    def open(self, task):
        return LiteRTSession(task, self.contents(task))


def flat_buffer(task):
    """A task as LiteRT's file."""
    import litert_torch
    import torch

    from torch_model import Model

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.tflite")
        litert_torch.convert(Model(task), (torch.from_numpy(task.inputs[0]),)).export(path)
        return Path(path).read_bytes()


class LiteRTSession(Session):
    def __init__(self, task, content):
        from ai_edge_litert.interpreter import Interpreter

        # The interpreter reads it as long as it lives.
        self.content = content
        self.interpreter = Interpreter(model_content=self.content, num_threads=task.threads)
        self.interpreter.allocate_tensors()
        self.interpreter.set_tensor(self.interpreter.get_input_details()[0]["index"], task.inputs[0])
        self.place = self.interpreter.get_output_details()[0]["index"]
        self.run = self.interpreter.invoke

    def result(self):
        return self.interpreter.get_tensor(self.place)


ENGINES = {
    "torch": Torch, "torch-channels-last": TorchChannelsLast, "torch-compiled": TorchCompiled,
    "onnxruntime": ONNXRuntime, "openvino": OpenVINO, "ncnn": NCNN, "litert": LiteRT,
}
