"""Adding and multiplying feature maps."""

from __future__ import annotations

import pytest

from tests.ops.helpers import refused, shape, work

ROLES = {"add": "add residual", "multiply": "multiply gate"}
BOTH = pytest.mark.parametrize("kind", ROLES)


@BOTH
def test_one_operation_per_element_for_each_input_but_the_first(kind: str) -> None:
    assert work(kind, (2, 3, 4), (2, 3, 4)) == {ROLES[kind]: 24}
    assert work(kind, (2, 3, 4), (2, 3, 4), (2, 3, 4)) == {ROLES[kind]: 48}


@BOTH
def test_inputs_are_broadcast_one_after_another(kind: str) -> None:
    """A squeeze-and-excitation gate; and an outer product that only then meets a full map."""
    assert shape(kind, (2, 8, 5, 5), (2, 8, 1, 1)) == (2, 8, 5, 5)
    assert shape(kind, (3,), (4, 1)) == (4, 3)
    assert work(kind, (1, 3), (4, 1), (2, 4, 3)) == {ROLES[kind]: 12 + 24}


@BOTH
def test_sizes_that_do_not_fit_are_an_error(kind: str) -> None:
    error = refused(kind, (1, 64, 56, 56), (1, 256, 28, 28))
    assert error.rule == "sizes must be equal, or one of them 1, on every axis"
    assert error.values == {"first": (1, 64, 56, 56), "second": (1, 256, 28, 28)}
    assert "1x1 convolution" in error.hint
