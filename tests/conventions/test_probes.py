"""One operation at a time: what each tool says about it, as it was written down. No tool is needed for it."""

from __future__ import annotations

from functools import lru_cache

import pytest

import netledger as nl
from netledger.conventions import load
from tests.outside.peers import appendix, networks
from tests.outside.peers.probes import PROBES

TABLE = appendix.read()
FIGURES = tuple(next(iter(TABLE.values())))


@lru_cache(maxsize=2)
def counted(probe: str, by_name: bool) -> nl.Ledger:
    """ptflops is given several inputs by keyword."""
    model, args, kwargs = networks.build(f"probe:{probe}")
    if by_name and len(args) > 1:
        from tests.outside.peers.tools import named

        return nl.count(model, kwargs=named(model, args, kwargs))
    return nl.count(model, *args, kwargs=kwargs)


@pytest.mark.parametrize("probe", PROBES)
def test_a_convention_says_what_its_tool_said(probe: str) -> None:
    ours = {name: said(name, counted(probe, name.startswith("ptflops"))) for name in FIGURES}
    of_sizes = 4 if name_of_class(probe) in ("MHA", "TransformerEncoderLayer") else 0
    assert ours == TABLE[probe] | {"torchprofile": (TABLE[probe]["torchprofile"] or 0) - of_sizes}


def name_of_class(probe: str) -> str:
    """These multiply sizes in Python, four times, which the traced graph has and the network has not."""
    return probe.partition(" ")[0]


def said(name: str, ledger: nl.Ledger) -> int | None:
    """The figure; None where the tool fails."""
    total = ledger.total(name)
    fails = getattr(load(name), "fails", lambda ledger: ())
    return None if any(fails(ledger.data)) else total


def test_every_tool_is_in_the_table() -> None:
    """But paddle, which counts no models of PyTorch: it is held to its own in tests/outside/test_paddle_networks."""
    assert {*FIGURES, "paddle"} == {name for name in nl.conventions() if hasattr(load(name), "charges")}
