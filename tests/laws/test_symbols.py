"""One rule, many kinds of number: on symbols it gives closed forms, true wherever their conditions hold."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from netledger.core.errors import ShapeError
from netledger.core.network import Tensor
from netledger.core.symbolic import Symbolic, assumptions
from netledger.ops import FOLDER
from tests.laws.strategies import QUICK, Case, alike
from tests.laws.test_one_rule import figures

SYMBOLIC = frozenset({"number", "per_axis", "padding"})


def leaves(case: Case, kinds: frozenset[str] = SYMBOLIC) -> dict[str, int]:
    """Every size and every numeric attribute of a case, by a name for each."""
    op, inputs = case
    found = {f"t{place}.{axis}": size for place, tensor in enumerate(inputs) for axis, size in enumerate(tensor.shape)}
    for name, attribute in op.ATTRIBUTES.items():
        if attribute.kind in kinds:
            found |= flat(name, getattr(op, name))
    return found


def fixed(case: Case, kinds: frozenset[str]) -> dict[str, Any]:
    """The attributes that stay what they are."""
    return {name: getattr(case[0], name) for name, spec in case[0].ATTRIBUTES.items() if spec.kind not in kinds}


def flat(name: str, value: Any) -> dict[str, int]:
    if isinstance(value, tuple):
        return {key: part for place, item in enumerate(value) for key, part in flat(f"{name}.{place}", item).items()}
    return {name: value} if isinstance(value, int) else {}


def lifted(name: str, value: Any) -> Any:
    """The same with symbols for numbers."""
    if isinstance(value, tuple):
        return tuple(lifted(f"{name}.{place}", item) for place, item in enumerate(value))
    return Symbolic.symbol(name, value) if isinstance(value, int) else value


def in_symbols(case: Case, kinds: frozenset[str]) -> dict[str, Any]:
    """Every figure, in symbols."""
    op, inputs = case
    values = {
        name: lifted(name, getattr(op, name)) for name, attribute in op.ATTRIBUTES.items() if attribute.kind in kinds
    }
    tensors = tuple(
        tensor.like(tuple(lifted(f"t{place}.{axis}", size) for axis, size in enumerate(tensor.shape)))
        for place, tensor in enumerate(inputs)
    )
    return figures(dataclasses.replace(op, **values) if values else op, tensors)  # type: ignore[type-var]


@pytest.mark.parametrize("kind", FOLDER.names())
@QUICK
@given(data=st.data())
def test_closed_forms_are_true_elsewhere(kind: str, data: st.DataObject) -> None:
    """The formula that one configuration gives is what counting gives for the others where its conditions hold.

    A rule whose structure depends on a number says so instead.
    """
    first, *others = data.draw(alike(kind))
    found, assumed, kinds = _found(first)
    for other in (first, *others):
        values = leaves(other, kinds)
        if values.keys() != leaves(first, kinds).keys() or fixed(other, kinds) != fixed(first, kinds):
            continue
        if not all(each.at(values) for each in assumed):
            continue
        expected = figures(*other)
        if expected.keys() == found.keys():
            assert {name: at(number, values) for name, number in found.items()} == expected


def _found(case: Case) -> tuple[dict[str, Any], list[Symbolic], frozenset[str]]:
    """Every figure in symbols, and the conditions; where attributes decide the structure, in sizes only."""
    for kinds in (SYMBOLIC, frozenset[str]()):
        with assumptions() as assumed, suppress(ShapeError):
            return in_symbols(case, kinds), list(assumed.values()), kinds
    return reject()


def at(number: Any, values: dict[str, int]) -> Any:
    return number.at(values) if isinstance(number, Symbolic) else number


def test_tensors_of_symbols_have_elements() -> None:
    made: Any = Tensor((Symbolic.symbol("N", 2), 3, Symbolic.symbol("H", 5))).elements
    assert repr(made) == "3·H·N"
