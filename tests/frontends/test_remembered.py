"""What is remembered changes nothing: answers are kept by the identity of operators and tensors."""

from __future__ import annotations

import gc
from typing import Any

import pytest

import netledger as nl
from netledger.core.network import Tensor
from netledger.frontends import remembered
from netledger.frontends.graph import Graph, Stored
from netledger.frontends.operators import load, unique
from netledger.frontends.recording import recording
from netledger.frontends.roomy import roomy
from netledger.frontends.uncollected import sweep, uncollected


def test_equal_attributes_are_one_operator() -> None:
    assert unique("conv", 8, 3) is unique("conv", 8, 3)
    assert unique("conv", 8, 3) is not load("conv")(8, 3)
    assert unique("add", constant=2.0) is not unique("add", constant=2)
    assert unique("sum", (1,), True) is not unique("sum", (1,), 1)


def test_an_operator_is_asked_once_for_the_same_tensors(monkeypatch: pytest.MonkeyPatch) -> None:
    op, given = load("conv")(8, 3), (Tensor((1, 3, 9, 9)),)
    first = remembered.answer_of(op, given, None)
    assert first is not None
    assert remembered.answer_of(op, given, None) is first
    assert remembered.answer_of(op, (Tensor((1, 3, 9, 9)),), None) is not first
    monkeypatch.setattr(remembered, "_MOST", 2)
    assert remembered.answer_of(op, (Tensor((1, 3, 5, 5)),), None) is not None
    again = remembered.answer_of(op, given, None)
    assert again is not None
    assert again.outputs == first.outputs
    assert again.work == first.work


def test_what_the_framework_says_is_part_of_the_answer() -> None:
    op, given = load("relu")(), (Tensor((2, 3)),)
    told = remembered.answer_of(op, given, (Tensor((2, 3), "float16"),))
    assert told is not None
    assert told.outputs[0].dtype == "float16"
    plain = remembered.answer_of(op, given, None)
    assert plain is not None
    assert plain.outputs[0].dtype == "float32"
    assert remembered.answer_of(op, given, (Tensor((3, 2)),)) is None


def test_operations_that_are_alike_are_priced_once_and_counted_each_time() -> None:
    graph = Graph()
    image = graph.input(Tensor((1, 4, 8, 8)))
    for turn in range(3):
        weight = Stored(f"{turn}.weight", (4, 4, 3, 3))
        (image,) = graph.add(unique("conv", 4, 3, 1, 1, bias=False), image, stored={"weight": weight})
        (image,) = graph.add(unique("relu"), image)
    made = recording(graph, "chain", "a test", (image,))
    ledger = nl.Ledger.of(made)
    assert ledger.total("macs") == 3 * 4 * 64 * 36
    assert ledger.parameters == 3 * 4 * 36
    assert len(ledger) == 6
    assert nl.Ledger(ledger.data).total("flops") == nl.Ledger.of(made).total("flops")


def test_a_convention_of_ones_own_sees_names_and_places() -> None:
    class Only:
        NAME, UNIT = "only", "MAC"

        def amounts(self, entry: Any) -> dict[str, int]:
            return {"products": entry.where("multiply", "product")} if entry.name == "head" else {}

    graph = Graph()
    (made,) = graph.add(unique("linear", 3), graph.input(Tensor((2, 4))), name="body")
    (made,) = graph.add(unique("linear", 3), made, name="head")
    assert nl.Ledger.of(recording(graph, "two", "a test", (made,))).total(Only()) == 2 * 3 * 3


def test_with_room_it_is_the_same() -> None:
    assert roomy(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        roomy(divmod, 7, 0)


def test_the_collector_is_as_it_was() -> None:
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            sweep()
        assert not gc.isenabled()
    assert gc.isenabled()
    sweep()
