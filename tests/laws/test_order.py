"""Channels last: an operator does on turned tensors what it does on plain ones, and says it of their axes."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netledger.core.formula import symbols
from netledger.core.network import Tensor
from netledger.core.performed import Values
from netledger.core.trace import trace
from netledger.ops import FOLDER, load
from tests.laws.strategies import QUICK, cases

ORDERED = [kind for kind in FOLDER.names() if "channels" in load(kind).ATTRIBUTES]


def last(shape: tuple[Any, ...]) -> tuple[Any, ...]:
    """A shape with the channels last."""
    return (shape[0], *shape[2:], shape[1]) if len(shape) > 2 else shape


def turned(tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return tuple(tensor.like(last(tensor.shape)) for tensor in tensors)


@pytest.mark.parametrize("kind", ORDERED)
@QUICK
@given(data=st.data())
def test_the_same_in_either_order(kind: str, data: st.DataObject) -> None:
    op, inputs = data.draw(cases(kind))
    plain = dataclasses.replace(op, channels="first")
    other = dataclasses.replace(op, channels="last")
    outputs, others = plain.infer(inputs), other.infer(turned(inputs))
    assert others == turned(outputs)
    assert other.parameters(turned(inputs)) == plain.parameters(inputs)
    assert other.buffers(turned(inputs)) == plain.buffers(inputs)
    assert other.work(turned(inputs), others) == plain.work(inputs, outputs)
    assert other.valid_products(turned(inputs), others) == plain.valid_products(inputs, outputs)
    assert other.steps(turned(inputs), others) == plain.steps(inputs, outputs)
    read, seen = plain.reads(inputs, outputs), other.reads(turned(inputs), others)
    if read is None:
        assert seen is None
        return
    for before, after, tensor in zip(read, seen, inputs, strict=True):
        places = last(tuple(range(len(outputs[0].shape))))
        moved = [one._replace(axis=one.axis if one.axis is None else places.index(one.axis)) for one in before]
        assert after == (last(tuple(moved)) if len(tensor.shape) > 2 else tuple(moved))


def test_sizes_are_named_in_their_order() -> None:
    op, inputs = trace(load("conv")(8, 3, channels="last"), (Tensor((2, 5, 6, 4)),))
    assert [next(iter(symbols(size))) for size in inputs[0].shape] == ["N", "H_in", "W_in", "C_in"]
    assert op.layout == "last"


def test_values_are_worked_out_in_their_order() -> None:
    conv = load("conv")
    numbers = [(3 * place) % 7 for place in range(2 * 4 * 4)]
    first = Values.named("x", (1, 2, 4, 4), numbers)
    places = [(n, c, h, w) for n in range(1) for h in range(4) for w in range(4) for c in range(2)]
    other = Values.named("x", (1, 4, 4, 2), [first.at(place).value for place in places])
    weight = Values.named("w", (1, 2, 3, 3), range(18))
    plain = conv(1, 3, bias=False).perform((first,), {"weight": weight})[-1].made
    made = conv(1, 3, bias=False, channels="last").perform((other,), {"weight": weight})[-1].made
    assert made.shape == (1, 2, 2, 1)
    assert [one.value for one in made.elements] == [one.value for one in plain.elements]
