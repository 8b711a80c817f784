"""The rules of sequences and axes on arrays too: many configurations at once."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.laws.makers import attention, axes, elementwise
from tests.laws.strategies import alike
from tests.laws.test_arrays import check_bulk

SHORT = settings(max_examples=20, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
LISTED = frozenset({"parameter", "expand", "unsqueeze", "select", "tile"})
"""Their lists and places are no numbers, so they cannot differ."""
ROLES = frozenset({"multihead_attention"})
"""Which parameters there are depends on its numbers."""
KINDS = [kind for family in (attention, axes, elementwise) for kind in family.MAKERS if kind not in LISTED | ROLES]


@pytest.mark.parametrize("kind", KINDS)
@SHORT
@given(data=st.data())
def test_an_array_of_configurations_equals_them_one_by_one(kind: str, data: st.DataObject) -> None:
    """A rule on arrays gives for each configuration what it gives on that configuration's integers."""
    check_bulk(data.draw(alike(kind)))
