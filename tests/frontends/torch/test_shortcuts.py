"""What is done without entering a layer's forward is what its forward does; what was done once is done again."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

import netledger as nl
from netledger.frontends.torch import memory
from netledger.frontends.torch.shortcuts import LAYERS
from tests.frontends.torch.models import Windows

IMAGE, CLIP, ROW = (2, 4, 8, 8), (2, 4, 6, 8, 8), (2, 4, 8)

CASES: list[tuple[nn.Module, tuple[int, ...]]] = [
    (nn.Conv1d(4, 6, 3, stride=2), ROW),
    (nn.Conv1d(4, 6, 3, padding="same", bias=False), ROW),
    (nn.Conv2d(4, 6, 3, padding=1, groups=2), IMAGE),
    (nn.Conv2d(4, 6, 3, padding=1, padding_mode="circular"), IMAGE),
    (nn.Conv3d(4, 6, (1, 3, 3), dilation=(1, 2, 1)), CLIP),
    (nn.BatchNorm1d(4), ROW),
    (nn.BatchNorm1d(4), (2, 4)),
    (nn.BatchNorm2d(4), IMAGE),
    (nn.BatchNorm2d(4, affine=False), IMAGE),
    (nn.BatchNorm2d(4, track_running_stats=False), IMAGE),
    (nn.BatchNorm2d(4, affine=False, track_running_stats=False), IMAGE),
    (nn.BatchNorm3d(4), CLIP),
    (nn.Linear(8, 3), IMAGE),
    (nn.Linear(8, 3, bias=False), ROW),
    (nn.LayerNorm(8), ROW),
    (nn.LayerNorm((4, 8), bias=False), ROW),
    (nn.LayerNorm(8, elementwise_affine=False), ROW),
    (nn.GroupNorm(2, 4), IMAGE),
    (nn.GroupNorm(1, 4, affine=False), ROW),
    (nn.Identity(), IMAGE),
    (nn.ReLU(), IMAGE),
    (nn.ReLU(inplace=True), IMAGE),
    (nn.Hardtanh(-2, 2), IMAGE),
    (nn.ReLU6(inplace=True), IMAGE),
    (nn.SiLU(), IMAGE),
    (nn.Mish(), IMAGE),
    (nn.LeakyReLU(0.2, inplace=True), IMAGE),
    (nn.Hardswish(), IMAGE),
    (nn.Hardsigmoid(inplace=True), IMAGE),
    (nn.GELU("tanh"), IMAGE),
    (nn.Sigmoid(), IMAGE),
    (nn.Tanh(), IMAGE),
    (nn.Dropout(0.3), IMAGE),
    (nn.Dropout(0.3).eval(), IMAGE),
    (nn.Flatten(), IMAGE),
    (nn.Flatten(-2, -1), IMAGE),
    (nn.MaxPool2d(2), IMAGE),
    (nn.MaxPool2d(3, 2, 1, ceil_mode=True), IMAGE),
    (nn.MaxPool2d(2, return_indices=True), IMAGE),
    (nn.AvgPool2d(3, 2, 1, count_include_pad=False), IMAGE),
    (nn.AdaptiveAvgPool2d((None, 2)), IMAGE),
]


def facts(model: nn.Module, shape: tuple[int, ...]) -> Any:
    network = nl.count(model, shape).network
    assert network is not None
    nodes = [
        (node.name, node.op, node.inputs, node.outputs, node.parameters, node.operands, node.provenance.function)
        for node in network.nodes
    ]
    return nodes, network.tensors, [(call.path, call.inputs, call.outputs) for call in network.calls]


@pytest.mark.parametrize(("layer", "shape"), CASES)
def test_a_layer_and_its_forward(layer: nn.Module, shape: tuple[int, ...]) -> None:
    """A class of a user's that changes nothing is entered; each is counted twice, between others and alone."""
    assert type(layer) in LAYERS
    own: Any = type("Own", (type(layer),), {})
    entered = own.__new__(own)
    entered.__dict__.update(layer.__dict__)
    between = [nn.Sequential(nn.Identity(), one) for one in (entered, layer, layer)]
    expected, first, again = [facts(model, shape) for model in between]
    assert first == again == expected


def test_every_layer_is_tried() -> None:
    assert {type(layer) for layer, _ in CASES} == set(LAYERS)


def test_a_forward_of_somebody_elses_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(self: Any, x: torch.Tensor) -> torch.Tensor:
        return x.exp()

    monkeypatch.setattr(nn.ReLU, "forward", other)
    assert [entry.op for entry in nl.count(nn.ReLU(), (2, 3))] == ["exp"]
    changed: Any = nn.Sigmoid()
    changed.forward = lambda x: x.sin()
    assert [entry.op for entry in nl.count(nn.Sequential(changed, nn.Sigmoid()), (2, 3))] == ["sin", "sigmoid"]


def test_a_replaced_parameter_is_what_is_used() -> None:
    """A layer whose own tensors were written to, or stand for others, is run."""

    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.full = nn.Linear(3, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.full(x)
            self.full.weight.data.mul_(2)
            return torch.func.functional_call(self.full, {"bias": x[0]}, (x,)) + self.full(x)

    ledger = nl.count(Scaled(), (2, 3))
    nodes = [node for node in ledger.network.nodes if node.op.KIND == "linear"]  # type: ignore[union-attr]
    held = [({part.role for part in node.parameters}, {role for role, _ in node.operands}) for node in nodes]
    assert held == [({"weight", "bias"}, set()), (set(), {"weight", "bias"}), ({"bias"}, {"weight"})]


def test_counting_again_keeps_nothing() -> None:
    """What is remembered of calls grows with the first count of a model, not with the next."""
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), Windows())
    sizes = []
    for _ in range(4):
        nl.count(model[:2], (2, 3, 6, 6)).total("macs")
        nl.count(model[2], (2, 4, 4)).total("macs")
        sizes.append([[len(part) for part in known] for known in memory._MEMORIES.values()])
    assert sizes[0] == sizes[-1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lambda x: x[1, True, 1], lambda x: x[1, 1, 1]),
        (lambda x: x[()], lambda x: x[[]]),
        (lambda x: x[[0, 1]], lambda x: x[0, 1]),
        (lambda x: x * 1, lambda x: x * 1.0),
        (lambda x: x.sum(1, True), lambda x: x.sum(1)),
        (lambda x: x.to(torch.float16), lambda x: x.to(torch.float64)),
        (lambda x: torch.stack([x, x]), lambda x: torch.stack([x, x, x])),
        (lambda x: x.split(2, 0), lambda x: x.split([2, 1], 0)),
    ],
)
def test_calls_that_look_alike(one: Any, other: Any) -> None:
    """Neither is taken for the other, whichever comes first."""
    x = torch.arange(60).reshape(3, 4, 5)
    for calls in ((one, other, one), (other, one, other)):
        network = nl.count(
            lambda x, calls=calls: [call(x) for call in calls], (nl.Shape(3, 4, 5, dtype="int64"))
        ).network
        assert network is not None
        answers = [part for call in calls for part in _listed(call(x))]
        found = [network.tensors[number] for number in network.outputs]
        assert [(part.shape, part.dtype) for part in found] == [
            (tuple(part.shape), str(part.dtype).removeprefix("torch.")) for part in answers
        ]


def _listed(value: Any) -> list[Any]:
    return [value] if isinstance(value, torch.Tensor) else list(value)
