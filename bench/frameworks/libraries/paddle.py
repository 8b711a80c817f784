"""Paddle: models of paddle.vision beside paddle.flops and paddle.summary."""

from __future__ import annotations

from typing import Any

from bench.frameworks.libraries import Case

PACKAGES = ("paddlepaddle",)
NETWORKS = ("LeNet", "alexnet", "vgg16", "resnet18", "resnet50", "mobilenet_v2", "densenet121")

ABOUT = {
    "paddle.flops": "`paddle.flops(net, shape)`: a total of its own unit, which our convention `paddle` means too; it "
    "runs the model.",
    "paddle.summary": "`paddle.summary(net, shape)`: stored elements, running statistics included; it runs the model.",
    "graph": "the program of `paddle.jit.to_static(…).concrete_program`. Within a count it is the forward pass by "
    "which we let Paddle write its program.",
}


def build(name: str, folder: str) -> Case:
    import paddle

    net = getattr(paddle.vision.models, name)()
    net.eval()
    shape = (1, 1, 28, 28) if name == "LeNet" else (1, 3, 224, 224)
    return Case(net, (shape,))


def flops(case: Case) -> dict[str, int]:
    import paddle

    return {"paddle": int(paddle.flops(case.model, list(case.inputs[0])))}


def summary(case: Case) -> dict[str, int]:
    import paddle

    return {"stored": int(paddle.summary(case.model, case.inputs[0])["total_params"])}


def graph(case: Case) -> Any:
    import paddle

    spec = [paddle.static.InputSpec(case.inputs[0], "float32")]
    forward = type(case.model).forward.__get__(case.model)
    return paddle.jit.to_static(forward, input_spec=spec, full_graph=True).concrete_program.main_program


PEERS = {"paddle.flops": flops, "paddle.summary": summary}
GRAPH = graph
INSIDE = (("netledger.frontends.paddle.run", "_Run.forward"),)
