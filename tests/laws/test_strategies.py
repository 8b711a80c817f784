"""Every operator can be drawn: the laws then hold for it too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netledger.ops import FOLDER
from tests.laws.strategies import MAKERS, QUICK, cases


@pytest.mark.parametrize("kind", FOLDER.names())
def test_every_operator_has_a_strategy(kind: str) -> None:
    assert kind in MAKERS, (
        f"No strategy draws the operator {kind}: add a maker for it to MAKERS in tests/laws/strategies.py, "
        "and every law is tested on it."
    )


@pytest.mark.parametrize("kind", MAKERS)
def test_every_strategy_has_an_operator(kind: str) -> None:
    assert kind in FOLDER.names(), f"Remove {kind} from MAKERS in tests/laws/strategies.py: there is no such operator."


@pytest.mark.parametrize("kind", MAKERS)
@QUICK
@given(data=st.data())
def test_what_is_drawn_is_valid(kind: str, data: st.DataObject) -> None:
    """A drawn operator takes its inputs, and makes at least one output of at least one element."""
    op, inputs = data.draw(cases(kind))
    outputs = op.infer(inputs)
    assert outputs or kind == "unused"
    assert all(tensor.elements >= (op.KIND != "empty") for tensor in outputs)
