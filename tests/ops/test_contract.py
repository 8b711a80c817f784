"""What every operator owes the others. A failure says what to do."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netledger.core.errors import PluginError, UnknownNameError
from netledger.core.network import Tensor
from netledger.core.operator import Operator
from netledger.core.plugins import Folder
from netledger.core.reach import UNKNOWN, Follow
from netledger.core.work import ACTIONS, ROLES
from netledger.ops import FOLDER, load
from tests.laws.strategies import QUICK, cases

HEADINGS = ("Equation", "Shapes", "Parameters", "Counted", "Source")
KINDS = frozenset({"number", "per_axis", "padding", "scale", "index", "numbers", "real", "flag", "choice", "word"})
EVERY = pytest.mark.parametrize("kind", FOLDER.names())


@EVERY
def test_the_docstring_has_its_headings(kind: str) -> None:
    text = inspect.getdoc(load(kind)) or ""
    summary, _, rest = text.partition("\n")
    assert summary, f"Say in one line what {kind} is, at the top of its docstring."
    lines = [line for line in rest.splitlines() if line and not line.startswith(" ")]
    found = tuple(line.partition(":")[0] for line in lines if line.partition(":")[0] in HEADINGS)
    assert found == HEADINGS, f"Give the docstring of {kind} the headings {', '.join(HEADINGS)}, in this order."
    for line in lines:
        heading, _, said = line.partition(":")
        assert heading not in HEADINGS or said.strip(), f"Write something after {heading} in the docstring of {kind}."


@EVERY
def test_every_attribute_is_described(kind: str) -> None:
    for name, attribute in load(kind).ATTRIBUTES.items():
        where = f"attribute {name} of {kind}"
        assert attribute.doc, f"Say in a few words what the {where} is."
        assert attribute.kind in KINDS, f"Declare the {where} with a helper of core/operator.py."
        if attribute.kind in {"number", "per_axis", "padding"}:
            assert attribute.symbol, f"Give the {where} a symbol for formulas."
        if attribute.kind == "choice":
            assert attribute.choices, f"List the words that the {where} may have."


@EVERY
def test_symbols_are_unique(kind: str) -> None:
    found = [attribute.symbol for attribute in load(kind).ATTRIBUTES.values() if attribute.symbol]
    assert len(found) == len(set(found)), f"Give every attribute of {kind} a symbol of its own."


@EVERY
def test_defaults_obey_the_rules(kind: str) -> None:
    op = load(kind)
    for name, default in op.DEFAULTS.items():
        attribute = op.ATTRIBUTES[name]
        assert default is not None or attribute.optional, f"Say that {name} of {kind} may be left out."
        if attribute.kind == "choice":
            assert default in attribute.choices, f"Make the default of {name} of {kind} one of its choices."


@EVERY
def test_an_operator_says_how_many_inputs_it_takes(kind: str) -> None:
    least, most = load(kind).INPUTS
    assert 0 <= least <= most, f"Give {kind} INPUTS = (least, most)."


@EVERY
def test_an_operator_is_slotted(kind: str) -> None:
    made: Any = load(kind)
    assert not hasattr(made, "__dict__") or "__dict__" not in dir(made), f"Give {kind} __slots__ = (), or @operator."


@EVERY
@QUICK
@given(data=st.data())
def test_terms_are_on_the_closed_lists(kind: str, data: st.DataObject) -> None:
    op, inputs = data.draw(cases(kind))
    for term in op.work(inputs, op.infer(inputs)):
        assert term.action in ACTIONS, f"{kind}: {term.action} is no action; take one of ACTIONS in core/work.py."
        assert term.role in ROLES, (
            f"{kind}: {term.role} is no role; take one of ROLES in core/work.py, or add it there."
        )


@EVERY
@QUICK
@given(data=st.data())
def test_roles_of_parameters_are_unique(kind: str, data: st.DataObject) -> None:
    op, inputs = data.draw(cases(kind))
    both = op.parameters(inputs).keys() & op.buffers(inputs).keys()
    assert not both, f"{kind}: {', '.join(both)} cannot be both a parameter and a buffer; rename one."


@EVERY
@QUICK
@given(data=st.data())
def test_only_views_and_unknowns_do_no_work(kind: str, data: st.DataObject) -> None:
    op, inputs = data.draw(cases(kind))
    outputs = op.infer(inputs)
    if op.VIEW:
        assert op.work(inputs, outputs) == (), f"{kind} is a view: it does no work."
        assert sum(tensor.elements for tensor in outputs) <= sum(tensor.elements for tensor in inputs)
    if not op.COUNTED:
        assert op.work(inputs, outputs) == (), f"{kind} is not counted: it must not state any work."


@EVERY
@QUICK
@given(data=st.data())
def test_the_element_type_is_kept(kind: str, data: st.DataObject) -> None:
    op, inputs = data.draw(cases(kind))
    halves = tuple(Tensor(tensor.shape, "float16") for tensor in inputs)
    outputs = op.infer(halves)
    kept = (*op.TYPES, *[""] * len(outputs))
    expected = [dtype or "float16" for dtype, _ in zip(kept, outputs, strict=False)]
    assert [tensor.dtype for tensor in outputs] == expected, f"Say in TYPES of {kind} what its outputs are made of."


@EVERY
@QUICK
@given(data=st.data())
def test_what_is_read_is_known(kind: str, data: st.DataObject) -> None:
    """For every input and each of its axes, how an element of each output reads it."""
    op, inputs = data.draw(cases(kind))
    outputs = op.infer(inputs)
    for which, made in enumerate(outputs):
        readings = op.reads(inputs, outputs, which)
        assert (readings is not None) == op.COUNTED, f"Write reads() of {kind}."
        for tensor, reading in zip(inputs, readings or (), strict=op.COUNTED):
            assert len(reading) == len(tensor.shape), f"Give reads() of {kind} a Follow for every axis of every input."
            for axis, (size, follow) in enumerate(zip(tensor.shape, reading, strict=True)):
                check_follow(follow, size, made, f"{kind}, axis {axis}")


def check_follow(follow: Follow, size: int, made: Tensor, what: str) -> None:
    """It goes along with an axis that is there, and its elements together read some of the input."""
    assert follow.axis is None or 0 <= follow.axis < len(made.shape), f"{what} follows an axis that is not there"
    if follow.reach is None or follow.reach == UNKNOWN:
        assert follow.axis is not None, what
        return
    places = range(made.shape[follow.axis]) if follow.axis is not None else range(1)
    spans = [span for span in map(follow.reach.at, places) if span]
    assert all(first <= last for first, last in spans), what
    assert len(follow.reach.spans) == follow.reach.period, what
    assert any(first < size and last >= 0 for first, last in spans) or made.elements, what


def test_an_unknown_layer_is_an_error_that_helps() -> None:
    with pytest.raises(UnknownNameError, match="unknown layer 'convolution'"):
        load("convolution")


def test_a_file_that_declares_what_it_does_not_hold_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    import netledger.ops

    folder = Folder(FOLDER.package, FOLDER.path, FOLDER.what)
    folder.__dict__["index"] = {**FOLDER.index, "phantom": "linear"}
    monkeypatch.setattr(netledger.ops, "FOLDER", folder)
    with pytest.raises(PluginError, match=r"no class of netledger\.ops\.linear has KIND = 'phantom'"):
        load("phantom")


def test_every_operator_of_a_file_is_exported() -> None:
    for kind in FOLDER.names():
        module, made = FOLDER.module(kind), load(kind)
        assert issubclass(made, Operator)
        assert made.__name__ in module.__all__, f"Add {made.__name__} to __all__ of {module.__name__}."
        assert module.__all__ == sorted(module.__all__)


@pytest.mark.parametrize("kind", FOLDER.names())
@given(data=st.data())
def test_terms_are_told_apart_by_action_and_role(kind: str, data: st.DataObject) -> None:
    op, inputs = data.draw(cases(kind))
    keys = [(term.action, term.role) for term in op.work(inputs, op.infer(inputs))]
    assert len(keys) == len(set(keys)), f"{kind}: add up terms of the same action and role, or give them another role"
