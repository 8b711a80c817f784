"""Truth: the same networks in PyTorch, built on meta and run there: torchvision's, and five written out below."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

import netledger as nl

Row = dict[str, str]

KINDS = {
    "aten.convolution": "conv",
    "aten.addmm": "linear",
    "aten.native_batch_norm": "batchnorm",
    "aten.max_pool2d_with_indices": "maxpool",
    "aten.avg_pool2d": "avgpool",
    "aten._adaptive_avg_pool2d": "adaptive_avgpool",
    "aten.mean": "adaptive_avgpool",
    "aten.relu": "relu",
    "aten.hardtanh": "relu6",
    "aten.silu": "silu",
    "aten.sigmoid": "sigmoid",
    "aten.hardswish": "hardswish",
    "aten.hardsigmoid": "hardsigmoid",
    "aten._softmax": "softmax",
    "aten.add": "add",
    "aten.mul": "multiply",
}
"""What is compared call by call: all that computes. What only moves elements is written in other ways there."""

STORED: dict[str, Callable[..., tuple[torch.Tensor | None, ...]]] = {
    "conv": lambda _, weight, bias, *rest: (weight, bias),
    "linear": lambda bias, _, weight: (weight.t(), bias),
    "batchnorm": lambda _, *stored: stored[:4],
}
"""What is stored, of the arguments of a call."""

Call = tuple[str, tuple[int, ...], list[tuple[int, ...]]]
"""Kind, shape of the output, and the shapes of all that is stored."""


@pytest.mark.parametrize("batch", [1, 3])
def test_same_as_in_torch(torch_models: Row, torchvision: ModuleType, batch: int) -> None:
    """Every call that computes, in order, with all its shapes; all parameters, all products."""
    size = tuple(map(int, (torch_models["size"] if batch == 1 else torch_models["other_size"]).split("x")))
    model = _model(torchvision, torch_models["preset"], torch_models["keywords"])
    ledger = nl.count(torch_models["preset"], size, batch=batch, let=_let(torch_models["let"]))
    calls, flops = _run(model, (batch, *size))
    ours = [_call(entry) for entry in ledger]
    assert [call for call in ours if call[0] in KINDS.values()] == calls
    assert ledger.parameters == sum(parameter.numel() for parameter in model.parameters())
    assert 2 * ledger.total("macs") == flops


@cache
def _model(torchvision: ModuleType, preset: str, keywords: str) -> nn.Module:
    with torch.device("meta"):
        if preset in WRITTEN_OUT:
            return WRITTEN_OUT[preset]().eval()
        build = getattr(torchvision.models, preset)
        return build(weights=None, **{key: float(value) for key, value in _let(keywords).items()}).eval()


def _let(text: str) -> dict[str, str]:
    return dict(part.split("=") for part in text.split())


def _call(entry: nl.Entry) -> Call:
    kind = "adaptive_avgpool" if entry.op == "global_avgpool" else entry.op
    return kind, entry.outputs[0], [part.shape for part in entry.parameter_list]


class _Recorder(TorchDispatchMode):
    """Keeps every call that computes."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        output = func(*args, **(kwargs or {}))
        kind = KINDS.get(str(func.overloadpacket).removesuffix("_"))
        if kind is not None:
            made = output[0] if isinstance(output, tuple) else output
            stored = STORED[kind](*args) if kind in STORED else ()
            shapes = [tuple(tensor.shape) for tensor in stored if tensor is not None]
            self.calls.append((kind, tuple(made.shape), shapes))
        return output


def _run(model: nn.Module, shape: tuple[int, ...]) -> tuple[list[Call], int]:
    """Every call that computes, and the FLOPs that torch counts."""
    with FlopCounterMode(display=False) as counter, _Recorder() as recorder, torch.no_grad():
        model(torch.empty(shape, device="meta"))
    return recorder.calls, counter.get_total_flops()


def _alexnet(groups: int = 1) -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(3, 96, 11, 4), nn.ReLU(), nn.MaxPool2d(3, 2)),
        *(nn.Conv2d(96, 256, 5, padding=2, groups=groups), nn.ReLU(), nn.MaxPool2d(3, 2)),
        *(nn.Conv2d(256, 384, 3, padding=1), nn.ReLU()),
        *(nn.Conv2d(384, 384, 3, padding=1, groups=groups), nn.ReLU()),
        *(nn.Conv2d(384, 256, 3, padding=1, groups=groups), nn.ReLU(), nn.MaxPool2d(3, 2), nn.Flatten()),
        *(nn.Linear(9216, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU()),
        *(nn.Linear(4096, 1000), nn.Softmax(1)),
    )


def _lenet5() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.AvgPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.AvgPool2d(2)),
        *(nn.Conv2d(16, 120, 5), nn.ReLU(), nn.Flatten()),
        *(nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10), nn.Softmax(1)),
    )


def _vgg_mnist() -> nn.Module:
    layers: list[nn.Module] = []
    channels = 1
    for depth, out in ((2, 64), (2, 128), (3, 256), (3, 512)):
        for _ in range(depth):
            layers += [nn.Conv2d(channels, out, 3, padding=1), nn.ReLU()]
            channels = out
        layers.append(nn.MaxPool2d(2, 2))
    head = (nn.Linear(512, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 10))
    return nn.Sequential(*layers, nn.Flatten(), *head)


def _mobilenet_v1() -> nn.Module:
    layers: list[nn.Module] = []

    def add(channels: int, out: int, kernel: int, stride: int, groups: int = 1) -> None:
        conv = nn.Conv2d(channels, out, kernel, stride, kernel // 2, groups=groups, bias=False)
        layers.extend((conv, nn.BatchNorm2d(out), nn.ReLU6()))

    add(3, 32, 3, 2)
    channels = 32
    on_14x14 = ((512, 2), *[(512, 1)] * 5)
    for out, stride in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), *on_14x14, (1024, 2), (1024, 1)):
        add(channels, channels, 3, stride, channels)
        add(channels, out, 1, 1)
        channels = out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Conv2d(1024, 1000, 1), nn.Flatten(), nn.Softmax(1))


WRITTEN_OUT: dict[str, Callable[[], nn.Module]] = {
    "alexnet": _alexnet,
    "alexnet_grouped": lambda: _alexnet(2),
    "lenet5": _lenet5,
    "vgg_mnist": _vgg_mnist,
    "mobilenet_v1": _mobilenet_v1,
}
"""As the publications have them, without local response normalisation: torch computes it in pieces."""
