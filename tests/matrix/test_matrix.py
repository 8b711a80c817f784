"""One network, every front end: the same parameters, shapes and figures; or a difference that has a name."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import pytest

import netledger as nl
from tests.matrix.differences import DIFFERENCES

FRONT_ENDS = ("torch", "paddle", "keras", "flax", "onnx")
NETWORKS = (
    *("lenet", "lenet5", "alexnet", "vgg16", "resnet18", "resnet50", "mobilenet_v2", "unet"),
    *("transformer_encoder", "lstm_classifier"),
)
FIGURES = ("macs", "flops", "textbook", "arithmetic")
SPATIAL = ("conv", "conv_transpose", "maxpool", "linear")
"""Layers that stand in every framework as they stand in the preset."""

pytestmark = pytest.mark.filterwarnings("ignore")


@cache
def counted(front_end: str, name: str) -> nl.Ledger:
    """The ledger of a network through a front end; of the preset, through none."""
    if front_end == "spec":
        return nl.count(name)
    module = import_module(f"tests.matrix.{front_end}_models")
    model, shape = module.NETWORKS[name]()
    dtypes = {"keras": "float32", "flax": "int32"} if name == "lstm_classifier" else {}
    dtype = dtypes.get(front_end, "int64" if name == "lstm_classifier" else "float32")
    return nl.count(model, nl.Shape(*shape, dtype=dtype))


def shapes(ledger: nl.Ledger) -> list[tuple[str, tuple[int, ...]]]:
    """The layers with windows, and the linear ones, with their outputs, the channels first."""
    return [(entry.op, _first(entry)) for entry in ledger if entry.op in SPATIAL]


def _first(entry: nl.Entry) -> tuple[int, ...]:
    shape = tuple(entry.outputs[0])
    last = entry.attributes.get("channels") == "last" and len(shape) > 2
    return (shape[0], shape[-1], *shape[1:-1]) if last else shape


@pytest.mark.parametrize("front_end", FRONT_ENDS)
@pytest.mark.parametrize("name", NETWORKS)
def test_the_same_ledger(name: str, front_end: str) -> None:
    ledger, spec = counted(front_end, name), counted("spec", name)
    named: dict[str, Callable[[Any], int]] = DIFFERENCES.get((front_end, name), {})
    assert ledger.complete
    assert ledger.parameters - spec.parameters == named.get("parameters", lambda _: 0)(spec)
    for figure in FIGURES:
        assert ledger.total(figure) - spec.total(figure) == named.get(figure, lambda _: 0)(spec), figure


@pytest.mark.parametrize("front_end", FRONT_ENDS)
@pytest.mark.parametrize("name", [name for name in NETWORKS if name not in ("transformer_encoder", "lstm_classifier")])
def test_the_same_shapes(name: str, front_end: str) -> None:
    assert shapes(counted(front_end, name)) == shapes(counted("spec", name))


@pytest.mark.parametrize("key", DIFFERENCES, ids=" ".join)
def test_differences_that_are_named_are_there(key: tuple[str, str]) -> None:
    """A difference of nothing would be no difference."""
    assert key[0] in FRONT_ENDS
    assert key[1] in NETWORKS
    assert any(find(counted("spec", key[1])) for find in DIFFERENCES[key].values())


@pytest.mark.parametrize("front_end", FRONT_ENDS)
@pytest.mark.parametrize("name", ["lenet", "mobilenet_v2", "lstm_classifier"])
def test_what_is_told_before_the_network_is_made_is_what_it_says(name: str, front_end: str) -> None:
    """Totals of what was written down, and of the entries once they are laid out."""
    ledger = counted.__wrapped__(front_end, name)
    before = [ledger.total(figure) for figure in FIGURES], ledger.parameters, ledger.complete
    again = nl.Ledger(ledger.data)
    assert ([again.total(figure) for figure in FIGURES], again.parameters, again.complete) == before
