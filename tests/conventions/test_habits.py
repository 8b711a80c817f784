"""Habits of tools that the probes do not show. Every figure is what the tool answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import prune

import netledger as nl
from bench import models
from netledger import conventions
from netledger.conventions import FOLDER, checked, load, names
from netledger.core.applied import Applied, applied
from netledger.core.errors import PluginError, SourceError
from netledger.core.ledger import Held, price
from tests.laws.entries import ledger_of
from tests.ops.helpers import entry


class Holds(nn.Module):
    """A function with what it uses."""

    def __init__(self, function: Callable[..., Tensor], *weights: Tensor, **layers: nn.Module) -> None:
        super().__init__()
        self.function = function
        self.weights = nn.ParameterList(weights)
        self.layers = nn.ModuleDict(layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x, *self.weights, *self.layers.values())


def holds(function: Callable[..., Tensor], *shapes: tuple[int, ...], **layers: nn.Module) -> nn.Module:
    return Holds(function, *map(torch.rand, shapes), **layers)


class Constant(nn.Module):
    """It is called with nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.value, self.layer = nn.Parameter(torch.rand(4)), nn.Linear(4, 4)

    def forward(self) -> Tensor:
        return self.layer(self.value)


def pruned(layer: nn.Module) -> nn.Module:
    """Its weight is computed from another and a mask."""
    return nn.Sequential(prune.identity(layer, "weight"))


def twice() -> nn.Module:
    layer = nn.Linear(4, 4)
    return nn.Sequential(nn.Sequential(layer, nn.ReLU()), nn.Sequential(layer))


def tied() -> nn.Module:
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))
    model[2].weight = model[0].weight
    return model


def timm_attention() -> nn.Module:
    models.torchvision()  # before timm, which imports it
    from timm.layers.attention import Attention

    return Attention(8, num_heads=2)


Row = tuple[Callable[[], nn.Module], tuple[int, ...], dict[str, int | None]]

ROWS: dict[str, Row] = {
    "a pruned linear layer": (
        lambda: pruned(nn.Linear(4, 6)),
        (2, 4),
        {"thop": 48, "torchinfo": 60, "ptflops": 30},
    ),
    "a pruned convolution": (
        lambda: pruned(nn.Conv2d(4, 6, 3)),
        (2, 4, 5, 5),
        {"torchinfo": 3996, "thop": 3888, "ptflops": 1998, "calflops": 7884},
    ),
    "a weight that is computed": (
        lambda: holds(lambda x, w: F.conv_transpose2d(x, w * 2, stride=2), (4, 6, 3, 3)),
        (2, 4, 5, 5),
        {"torchprofile": 52488, "calflops": 21600, "deepspeed": 21600, "thop": 0},
    ),
    "a norm with scale only": (
        lambda: holds(lambda x, w: F.layer_norm(x, (4,), w), (4,)),
        (2, 3, 4),
        {"fvcore": 120, "calflops": 120, "deepspeed": 120, "torchprofile": 24},
    ),
    "a norm with scale only, two operations": (
        lambda: holds(lambda x, w: F.instance_norm(x, weight=w), (3,)),
        (2, 3, 4),
        {"fvcore": 120, "calflops": 120, "deepspeed": 120, "torchprofile": 24},
    ),
    "a norm with shift only": (
        lambda: holds(lambda x, b: F.group_norm(x, 1, None, b), (3,)),
        (2, 3, 4),
        {"fvcore": 96, "calflops": 96, "deepspeed": 96, "torchprofile": 0},
    ),
    "a module without inputs": (
        lambda: holds(lambda x, layer: x + layer(), layer=Constant()),
        (3, 4),
        {"torch": 32, "torchinfo": 80, "thop": 16, "ptflops": 6, "ptflops-aten": 20, "deepspeed": 32},
    ),
    "addmm": (
        lambda: holds(lambda x, b, w: torch.addmm(b, x, w), (6,), (4, 6)),
        (2, 4),
        {"ptflops": 54, "ptflops-aten": 60, "calflops": 102, "deepspeed": 102, "fvcore": 48, "torchprofile": 48},
    ),
    "baddbmm of a vector": (
        lambda: holds(lambda x, b, w: torch.baddbmm(b, x, w), (6,), (2, 4, 6)),
        (2, 3, 4),
        {"fvcore": 0, "ptflops": 150, "ptflops-aten": 0, "calflops": 294, "torchprofile": None},
    ),
    "an einsum that fvcore knows": (
        lambda: holds(lambda x, w: torch.einsum("nct,ncp->ntp", x, w), (2, 3, 4)),
        (2, 3, 4),
        {"fvcore": 96, "calflops": 193, "torchprofile": 96},
    ),
    "a product with a vector": (
        lambda: holds(lambda x, w: x @ w, (4,)),
        (3, 4),
        {"fvcore": None, "torch": 0, "deepspeed": 96, "torchprofile": 12},
    ),
    "a module on a view of a parameter": (
        lambda: holds(lambda x, w, layer: layer(w.expand(2, 3, 4)) + x, (1, 3, 4), layer=nn.Linear(4, 4)),
        (2, 3, 4),
        {"torch": None, "torch-cpu": None, "torchinfo": 40, "thop": 96, "ptflops": 60},
    ),
    "a norm of six axes": (
        lambda: nn.Sequential(nn.LayerNorm(4)),
        (1, 1, 2, 1, 2, 4),
        {"fvcore": None, "thop": 64, "ptflops": 16, "calflops": 80},
    ),
    "resampling by a factor for each axis": (
        lambda: holds(lambda x: F.interpolate(x, scale_factor=(2.0, 3.0))),
        (3, 4, 5, 5),
        {"calflops": None, "calflops-macs": None, "ptflops": 1800, "deepspeed": 1800},
    ),
    "a layer in two places": (
        twice,
        (3, 4),
        {"thop": 384, "ptflops": 96, "calflops": 396, "deepspeed": 204},
    ),
    "timm's attention": (
        timm_attention,
        (2, 5, 8),
        {"ptflops": 490, "torch": 6720, "torch-cpu": 5120, "thop": 2560},
    ),
    "a convolution without a batch": (
        lambda: nn.Sequential(nn.Conv2d(4, 8, 3)),
        (4, 5, 5),
        {"ptflops": 873, "torchinfo": 7104, "thop": 3240, "calflops": None, "deepspeed": None},
    ),
    "attention by name": (
        lambda: holds(lambda x, layer: layer(x, x, value=x)[0], layer=nn.MultiheadAttention(8, 2, batch_first=True)),
        (2, 5, 8),
        {"ptflops": None, "torch-cpu": 0, "deepspeed": 6820},
    ),
    "a GRU": (
        lambda: nn.GRU(4, 5, batch_first=True),
        (2, 3, 4),
        {"torch-cpu": 1620, "ptflops-aten": 900, "thop": 1200, "torchinfo": 990},
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_tool_has_habits(name: str) -> None:
    make, shape, figures = ROWS[name]
    ledger = nl.count(make().eval(), torch.rand(shape))
    for figure, expected in figures.items():
        fails = list(getattr(load(figure), "fails", lambda ledger: ())(ledger.data))
        assert (None if fails else ledger.total(figure)) == expected, figure


def held(name: str, model: Any, *args: Any) -> list[Held]:
    convention: Any = load(name)
    return list(convention.held(nl.count(model, *args).data))


def test_thop_counts_shared_weights_in_each_layer() -> None:
    assert sum(part.amount for part in held("thop", tied().eval(), torch.rand(3, 4))) == 40
    assert sum(part.amount for part in held("torchinfo", tied().eval(), torch.rand(3, 4))) == 40
    assert sum(part.amount for part in held("fvcore", tied().eval(), torch.rand(3, 4))) == 24


def test_thop_counts_a_layer_in_two_places_twice() -> None:
    assert sum(part.amount for part in held("thop", twice().eval(), torch.rand(3, 4))) == 40


def test_torchinfo_repairs_its_sum() -> None:
    """A parent that holds what its child holds takes it off again."""

    class Parent(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 4)
            self.second.weight = self.first.weight
            self.bias = self.first.bias

        def forward(self, x: Tensor) -> Tensor:
            return self.second(self.first(x)) + self.bias

    parts = held("torchinfo", Parent().eval(), torch.rand(3, 4))
    assert sum(part.amount for part in parts) == 40


def test_paddle_counts_running_statistics() -> None:
    convention: Any = load("paddle")
    parts = list(convention.held(nl.count("input: 3x8x8\nlayers: [conv: {out: 4, kernel: 3}, batchnorm]").data))
    assert sum(part.amount for part in parts) == 4 * 27 + 4 + 8 + 8
    loose = nl.count(holds(lambda x, w: x + w, (4,)), torch.rand(2, 4)).data
    assert [part.amount for part in convention.held(loose)] == [0]


def test_functions_that_call_layers() -> None:
    """There is no module around them, and so nothing to divide by."""
    layer, gru = nn.Linear(4, 5), nn.GRU(4, 5, batch_first=True)

    def function(x: Tensor) -> Tensor:
        weights = [*gru._flat_weights]
        return layer(torch.gru(x, torch.zeros(1, x.shape[0], 5), weights, True, 1, 0.0, False, False, True)[0] @ back)

    back = torch.rand(5, 4)
    ledger = nl.count(function, torch.rand(2, 3, 4))
    products = 6 * (15 * 4 + 15 * 5) + 6 * 20 + 6 * 20
    assert ledger.total("macs") == products
    assert ledger.total("ptflops-aten") == products + 6 * 5
    assert ledger.total("ptflops") == 0


def test_a_deformable_convolution_is_sampled() -> None:
    """As torchvision's is: products, biases, 24 for each place of the kernel; half of it for a batch of 2."""
    plain = nl.count(nn.Sequential(nn.Conv2d(4, 6, 3, padding=1)), torch.rand(2, 4, 5, 5)).data
    conv = entry("deform_conv", (2, 4, 5, 5), (2, 18, 5, 5), out=6, kernel=3, padding=1)
    kind = "torchvision.ops.deform_conv.DeformConv2d"
    ledger = replace(
        plain,
        entries=(plain.entries[0]._replace(operator=conv.operator, work=conv.work),),
        calls=tuple(call._replace(kind=kind) if call.parent >= 0 else call for call in plain.calls),
        modules=tuple(one._replace(kind=kind) if one.path else one for one in plain.modules),
    )
    assert price(load("ptflops"), ledger) == (50 * 9 * (4 * 6 + 24) + 300) // 2


def test_a_package_may_offer_a_convention(monkeypatch: pytest.MonkeyPatch) -> None:
    class Point:
        def load(self) -> Any:
            return load("macs")

    monkeypatch.setattr(conventions, "_offered", lambda: {"theirs": Point()})
    assert load("theirs") is load("macs")
    assert "theirs" in names()


def test_a_convention_is_applied_to_a_ledger() -> None:
    ledger = nl.count("resnet18").data
    assert applied(load("macs"), ledger) is load("macs")
    priced: Any = applied(load("ptflops"), ledger)
    assert isinstance(priced, Applied)
    assert priced.charges(ledger)
    assert sum(priced.amounts(ledger.entries[0]).values()) > 0
    other = ledger_of(entry("relu", (2, 3)).operator, inputs=(entry("relu", (2, 3)).inputs[0],))  # type: ignore[arg-type]
    assert sum(priced.amounts(other.entries[0]).values()) == sum(load("ptflops").amounts(other.entries[0]).values())
    assert price(priced, other) == price(load("ptflops"), other)


def test_a_ledger_of_somebody_elses_is_refused_in_a_sentence() -> None:
    written = json.loads(nl.count("input: 3x8x8\nlayers: [conv: {out: 4, kernel: 3}]").to_json())
    text = json.dumps(written).replace('"groups"', '"group"')
    with pytest.raises(SourceError, match="cannot price this ledger"):
        nl.Ledger.from_json(text).total("thop")


def test_what_is_no_convention_is_refused() -> None:
    with pytest.raises(PluginError, match="it lacks"):
        checked(object())
    assert checked(load("macs")) is load("macs")
    assert set(names()) >= set(FOLDER.index)


def test_a_function_is_no_layer() -> None:
    """What PyTorch ran without a module is seen as functions, and what only hooks see is not there."""
    ledger = nl.count(lambda x: torch.relu(torch.nn.functional.relu(x)), torch.rand(2, 4))
    assert ledger.total("ptflops") == 8
    assert nl.count(lambda x: torch.relu(x), torch.rand(2, 4)).total("ptflops") == 0
