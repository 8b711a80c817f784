"""ONNX: files that torch.onnx.export writes of networks of torchvision, and an LSTM, beside onnx-tool."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.frameworks.libraries import Case

PACKAGES = ("onnx", "onnx-tool")
NETWORKS = ("resnet18", "resnet50", "mobilenet_v2", "vgg16", "densenet121", "vit_b_16", "lstm")

ABOUT = {
    "onnx-tool": "`onnx_tool.Model(file)`, `shape_infer`, `profile`: MACs and the elements of initialisers, printing "
    "left out.",
    "graph": "`onnx.load(file)`: protobuf parsing alone, weights included, which a count leaves where they are.",
}


def prepare(name: str, folder: str) -> None:
    """The file, exported from PyTorch."""
    import torch

    model, given = _exported(name)
    torch.onnx.export(model, (given,), str(Path(folder, f"{name}.onnx")), dynamo=False, opset_version=17)


def _exported(name: str) -> tuple[Any, Any]:
    import torch

    from bench import models

    if name == "lstm":
        return torch.nn.LSTM(64, 128, 2, batch_first=True, bidirectional=True).eval(), torch.zeros(1, 50, 64)
    return models.build_unset(f"torchvision:{name}"), torch.zeros(1, 3, 224, 224)


def build(name: str, folder: str) -> Case:
    import onnx  # noqa: F401

    return Case(str(Path(folder, f"{name}.onnx")))


def tool(case: Case) -> dict[str, int]:
    import onnx_tool

    model = onnx_tool.Model(case.model)
    model.graph.shape_infer(None)
    model.graph.profile()
    return {"macs": round(model.graph.macs[0]), "parameters": int(model.graph.params)}


def graph(case: Case) -> Any:
    import onnx

    return onnx.load(case.model)


PEERS = {"onnx-tool": tool}
GRAPH = graph
INSIDE = ()
